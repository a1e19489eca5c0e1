package io.litestream4j.replication;

import java.time.Duration;

/**
 * How one replica is fed, and how long it keeps what it holds. Names and defaults are Litestream's.
 *
 * @param syncInterval the least time between two background uploads, which bounds their number and so their cost;
 *     somebody who waits for a position doesn't wait for it
 * @param snapshotInterval time after which a snapshot follows the last one on the replica, if anything was committed
 *     meanwhile; zero: only when a generation begins, for retention, and on demand
 * @param retention how far back every state can be restored; what is older is deleted. Zero: nothing is ever deleted
 * @param retentionCheckInterval time between two looks for what can be deleted
 * @param validationInterval time between two restores of the replica that are compared with the database; zero: never
 */
public record ReplicaSettings(
        Duration syncInterval,
        Duration snapshotInterval,
        Duration retention,
        Duration retentionCheckInterval,
        Duration validationInterval) {

    public ReplicaSettings {
        requireNotNegative("sync-interval", syncInterval);
        requireNotNegative("snapshot-interval", snapshotInterval);
        requireNotNegative("retention", retention);
        requireNotNegative("validation-interval", validationInterval);
        if (retentionCheckInterval.isNegative() || retentionCheckInterval.isZero()) {
            throw new IllegalArgumentException(
                    "retention-check-interval is " + retentionCheckInterval + ", it must be longer than 0");
        }
    }

    /** Litestream's defaults: sync 1 s, retention 24 h looked at every hour, no other snapshots, no validation. */
    public static ReplicaSettings defaults() {
        return builder().build();
    }

    /** The defaults but for the sync interval; zero ships each commit at once. */
    public static ReplicaSettings syncingEvery(Duration syncInterval) {
        return builder().syncInterval(syncInterval).build();
    }

    /** A builder with everything at its default. */
    public static Builder builder() {
        return new Builder();
    }

    private static void requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " is " + value + ", it must be 0 or longer");
        }
    }

    /** Collects settings; each method is named after what it sets. */
    public static final class Builder {

        private Duration syncInterval = Duration.ofSeconds(1);
        private Duration snapshotInterval = Duration.ZERO;
        private Duration retention = Duration.ofHours(24);
        private Duration retentionCheckInterval = Duration.ofHours(1);
        private Duration validationInterval = Duration.ZERO;

        private Builder() {}

        public Builder syncInterval(Duration value) {
            syncInterval = value;
            return this;
        }

        public Builder snapshotInterval(Duration value) {
            snapshotInterval = value;
            return this;
        }

        public Builder retention(Duration value) {
            retention = value;
            return this;
        }

        public Builder retentionCheckInterval(Duration value) {
            retentionCheckInterval = value;
            return this;
        }

        public Builder validationInterval(Duration value) {
            validationInterval = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException when one is out of its range
         */
        public ReplicaSettings build() {
            return new ReplicaSettings(
                    syncInterval, snapshotInterval, retention, retentionCheckInterval, validationInterval);
        }
    }
}
