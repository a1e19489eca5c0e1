package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.lease.OnConflict;
import io.litestream4j.lease.OnNewerBackup;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/** What the keys below {@code litestream.lease.} mean. */
final class LeaseKeys {

    private LeaseKeys() {}

    static LeaseSettings settings(LitestreamProperties.Lease keys) {
        LeaseSettings defaults = LeaseSettings.defaults();
        boolean enabled = !Boolean.FALSE.equals(keys.getEnabled());
        Duration ttl = Objects.requireNonNullElse(keys.getTtl(), defaults.ttl());
        if (ttl.compareTo(LeaseSettings.MIN_TTL) < 0 || ttl.compareTo(LeaseSettings.MAX_TTL) > 0) {
            throw LitestreamStartException.invalid(
                    "litestream.lease.ttl", Texts.show(ttl), "a duration from 5s to 1h, such as 30s");
        }
        return new LeaseSettings(enabled, ttl, onConflict(keys), onNewerBackup(keys));
    }

    private static OnNewerBackup onNewerBackup(LitestreamProperties.Lease keys) {
        String value = Texts.trimmed(keys.getOnNewerBackup());
        if (value == null || value.equalsIgnoreCase("fail")) {
            return OnNewerBackup.FAIL;
        }
        if (!value.equalsIgnoreCase("ignore")) {
            throw LitestreamStartException.invalid("litestream.lease.on-newer-backup", value, "fail or ignore");
        }
        return OnNewerBackup.IGNORE;
    }

    private static OnConflict onConflict(LitestreamProperties.Lease keys) {
        String value = Texts.trimmed(keys.getOnConflict());
        if (value == null) {
            return OnConflict.WAIT;
        }
        return switch (value.toLowerCase(Locale.ROOT).replace("_", "-")) {
            case "wait" -> OnConflict.WAIT;
            case "stand-by", "standby" -> OnConflict.STAND_BY;
            case "fail" -> OnConflict.FAIL;
            default ->
                throw LitestreamStartException.invalid("litestream.lease.on-conflict", value, "wait, stand-by or fail");
        };
    }
}
