package io.litestream4j.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.Objects;

/** What the keys below {@code litestream.commit.} mean; apart, so that Spring's transactions may be missing. */
final class CommitKeys {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private CommitKeys() {}

    /** Whether transactions wait. */
    static boolean isOn(LitestreamProperties.Commit keys) {
        String value = Texts.trimmed(keys.getWait());
        // YAML reads off as false
        if (value == null || value.equalsIgnoreCase("off") || value.equalsIgnoreCase("false")) {
            return false;
        }
        if (!value.equalsIgnoreCase("replicated")) {
            throw LitestreamStartException.invalid("litestream.commit.wait", value, "replicated or off");
        }
        return true;
    }

    static Duration timeout(LitestreamProperties.Commit keys) {
        return Objects.requireNonNullElse(keys.getTimeout(), DEFAULT_TIMEOUT);
    }
}
