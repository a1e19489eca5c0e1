package io.litestream4j.replication;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one database is watched, checkpointed and bounded. Names and defaults are Litestream's where it has them.
 *
 * @param monitorInterval the longest time between two looks at an idle database's WAL
 * @param checkpointInterval time after which a WAL with new frames is sealed although it is small; zero for never
 * @param minCheckpointPageCount pages in the WAL from which it is sealed
 * @param maxCheckpointPageCount pages in the WAL from which writers may be made to wait longer for a seal
 * @param busyTimeout how long a connection of ours waits for a lock
 * @param sealPause how long writers may be made to wait for readers while sealing; null: 0 below
 *     minCheckpointPageCount, 25 ms above it, 250 ms above maxCheckpointPageCount
 * @param metaPath folder of the shadow WAL; null: {@code .<database>-litestream} beside the database
 * @param maxPendingSize bytes of WAL that may wait for a replica on the local disk before the generation is given up
 * @param shutdownTimeout how long {@code stop} and {@code close} together wait for replicas
 */
public record ReplicationSettings(
        Duration monitorInterval,
        Duration checkpointInterval,
        int minCheckpointPageCount,
        int maxCheckpointPageCount,
        Duration busyTimeout,
        @Nullable Duration sealPause,
        @Nullable Path metaPath,
        long maxPendingSize,
        Duration shutdownTimeout) {

    public ReplicationSettings {
        requirePositive("monitor-interval", monitorInterval);
        requireNotNegative("checkpoint-interval", checkpointInterval);
        requireNotNegative("busy-timeout", busyTimeout);
        requireNotNegative("shutdown-timeout", shutdownTimeout);
        if (sealPause != null) {
            requireNotNegative("seal-pause", sealPause);
        }
        require("min-checkpoint-page-count", minCheckpointPageCount, minCheckpointPageCount >= 1, "at least 1");
        require(
                "max-checkpoint-page-count",
                maxCheckpointPageCount,
                maxCheckpointPageCount >= minCheckpointPageCount,
                "at least min-checkpoint-page-count (" + minCheckpointPageCount + ")");
        require("max-pending-size", maxPendingSize, maxPendingSize >= 1 << 20, "at least 1 MiB");
    }

    /** Everything at its default. */
    public static ReplicationSettings defaults() {
        return builder().build();
    }

    /** A builder with everything at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** The same, but for how long {@code stop} and {@code close} wait. */
    ReplicationSettings withShutdownTimeout(Duration timeout) {
        return new ReplicationSettings(
                monitorInterval,
                checkpointInterval,
                minCheckpointPageCount,
                maxCheckpointPageCount,
                busyTimeout,
                sealPause,
                metaPath,
                maxPendingSize,
                timeout);
    }

    private static void requirePositive(String name, Duration value) {
        require(name, value, !value.isNegative() && !value.isZero(), "longer than 0");
    }

    private static void requireNotNegative(String name, Duration value) {
        require(name, value, !value.isNegative(), "0 or longer");
    }

    private static void require(String name, Object value, boolean holds, String wanted) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + ", it must be " + wanted);
        }
    }

    /** Collects settings; each method is named after the component that it sets. */
    public static final class Builder {

        private Duration monitorInterval = Duration.ofSeconds(1);
        private Duration checkpointInterval = Duration.ofMinutes(1);
        private int minCheckpointPageCount = 1000;
        private int maxCheckpointPageCount = 10000;
        private Duration busyTimeout = Duration.ofSeconds(1);
        private @Nullable Duration sealPause;
        private @Nullable Path metaPath;
        private long maxPendingSize = 1_000_000_000L;
        private Duration shutdownTimeout = Duration.ofSeconds(25);

        private Builder() {}

        public Builder monitorInterval(Duration value) {
            monitorInterval = value;
            return this;
        }

        public Builder checkpointInterval(Duration value) {
            checkpointInterval = value;
            return this;
        }

        public Builder minCheckpointPageCount(int value) {
            minCheckpointPageCount = value;
            return this;
        }

        public Builder maxCheckpointPageCount(int value) {
            maxCheckpointPageCount = value;
            return this;
        }

        public Builder busyTimeout(Duration value) {
            busyTimeout = value;
            return this;
        }

        public Builder sealPause(@Nullable Duration value) {
            sealPause = value;
            return this;
        }

        public Builder metaPath(@Nullable Path value) {
            metaPath = value;
            return this;
        }

        public Builder maxPendingSize(long value) {
            maxPendingSize = value;
            return this;
        }

        public Builder shutdownTimeout(Duration value) {
            shutdownTimeout = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException for a value out of range, naming it and what it must be
         */
        public ReplicationSettings build() {
            return new ReplicationSettings(
                    monitorInterval,
                    checkpointInterval,
                    minCheckpointPageCount,
                    maxCheckpointPageCount,
                    busyTimeout,
                    sealPause,
                    metaPath,
                    maxPendingSize,
                    shutdownTimeout);
        }
    }
}
