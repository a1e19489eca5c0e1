package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Generation;
import io.litestream4j.lease.LeaseSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Refuses values that bind but make no sense, each with the key at the level where it was written. */
final class PropertyChecks {

    /** SQLite takes milliseconds as a 32-bit number. */
    private static final Duration LONGEST = Duration.ofDays(20);

    /** More is most likely a slip, and times before the epoch are nobody's. */
    private static final Duration YEARS = Duration.ofDays(3650);

    private PropertyChecks() {}

    static void check(LitestreamProperties properties) {
        checkDatabase("litestream.", properties);
        notNegative("litestream.once-timeout", properties.getOnceTimeout());
        notNegative("litestream.shutdown-timeout", properties.getShutdownTimeout());
        positive("litestream.health.max-lag", properties.getHealth().getMaxLag());
        positive("litestream.health.down-after", properties.getHealth().getDownAfter());
        boolean ignored = CommitKeys.isOn(properties.getCommit());
        positive("litestream.commit.timeout", properties.getCommit().getTimeout());
        checkLease(properties.getLease());
        properties.getDatabases().forEach((name, database) -> {
            String prefix = "litestream.databases." + name + ".";
            checkDatabase(prefix, database);
            database.getReplicas().forEach((replica, keys) -> checkReplica(prefix + "replicas." + replica + ".", keys));
        });
    }

    private static void checkLease(LitestreamProperties.Lease keys) {
        LeaseSettings ignored = LeaseKeys.settings(keys);
    }

    static void checkReplica(String prefix, ReplicaKeys keys) {
        notNegative(prefix + "sync-interval", keys.getSyncInterval());
        upToYears(prefix + "retention", keys.getRetention());
        positive(prefix + "retention-check-interval", keys.getRetentionCheckInterval());
        upToYears(prefix + "snapshot-interval", keys.getSnapshotInterval());
        upToYears(prefix + "validation-interval", keys.getValidationInterval());
    }

    static void checkDatabase(String prefix, DatabaseKeys keys) {
        checkReplica(prefix, keys);
        positive(prefix + "monitor-interval", keys.getMonitorInterval());
        notNegative(prefix + "checkpoint-interval", keys.getCheckpointInterval());
        notNegative(prefix + "busy-timeout", keys.getBusyTimeout());
        notNegative(prefix + "seal-pause", keys.getSealPause());
        atLeastOne(prefix + "min-checkpoint-page-count", keys.getMinCheckpointPageCount());
        atLeastOne(prefix + "max-checkpoint-page-count", keys.getMaxCheckpointPageCount());
        DataSize size = keys.getMaxPendingSize();
        require(size == null || size.toMegabytes() >= 1, prefix + "max-pending-size", size, "1MB or more");
        checkRestore(prefix + "restore.", keys.getRestore());
    }

    private static void checkRestore(String prefix, DatabaseKeys.Restore keys) {
        atLeastOne(prefix + "parallelism", keys.getParallelism());
        String generation = Texts.trimmed(keys.getGeneration());
        require(
                generation == null || Generation.isName(generation),
                prefix + "generation",
                generation,
                "a generation's name, 16 hexadecimal digits in lower case");
        String index = Texts.trimmed(keys.getIndex());
        require(
                index == null || index.matches("[0-7]?[0-9a-fA-F]{1,7}"),
                prefix + "index",
                index,
                "a WAL index as in the names of the objects, such as 0000001a");
    }

    private static void positive(String key, @Nullable Duration value) {
        require(
                value == null || (!value.isNegative() && !value.isZero() && value.compareTo(LONGEST) <= 0),
                key,
                value,
                "a duration longer than 0 and up to 20d");
    }

    private static void notNegative(String key, @Nullable Duration value) {
        require(
                value == null || (!value.isNegative() && value.compareTo(LONGEST) <= 0),
                key,
                value,
                "a duration of 0 or longer, up to 20d");
    }

    private static void upToYears(String key, @Nullable Duration value) {
        require(
                value == null || (!value.isNegative() && value.compareTo(YEARS) <= 0),
                key,
                value,
                "a duration of 0 or longer, up to 3650d");
    }

    private static void atLeastOne(String key, @Nullable Integer value) {
        require(value == null || value >= 1, key, value, "a whole number of 1 or more");
    }

    private static void require(boolean holds, String key, @Nullable Object value, String remedy) {
        if (!holds) {
            throw LitestreamStartException.invalid(key, Texts.show(value), remedy);
        }
    }
}
