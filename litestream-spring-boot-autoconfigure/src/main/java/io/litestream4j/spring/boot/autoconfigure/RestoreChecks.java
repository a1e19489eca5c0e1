package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.spring.boot.autoconfigure.LitestreamProperties.Mode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Refuses restore keys that contradict each other, whatever levels they come from. */
final class RestoreChecks {

    private RestoreChecks() {}

    /** @param key prefix of the keys */
    static void check(
            String key,
            Mode mode,
            @Nullable String generation,
            @Nullable String index,
            @Nullable Instant timestamp,
            boolean dryRun) {
        if (index != null && generation == null) {
            throw new LitestreamStartException(
                    "%sindex is \"%s\", but %sgeneration isn't set: each generation has an index of that number."
                            .formatted(key, index, key),
                    "Set %sgeneration too, or remove %sindex.".formatted(key, key));
        }
        if (index != null && timestamp != null) {
            throw new LitestreamStartException(
                    "%sindex is \"%s\" and %stimestamp is \"%s\": they exclude each other."
                            .formatted(key, index, key, timestamp),
                    "Remove one of %sindex and %stimestamp.".formatted(key, key));
        }
        if (dryRun && mode != Mode.RESTORE_ONLY) {
            throw new LitestreamStartException(
                    "%sdry-run is true, but the application is to run, without its database restored.".formatted(key),
                    "Set litestream.mode to restore-only, or remove %sdry-run.".formatted(key));
        }
    }
}
