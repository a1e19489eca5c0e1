package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.OnDamage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.util.unit.DataSize;

/** What can be set for one database or for all. */
public abstract class DatabaseKeys extends ReplicaKeys {

    /** Longest time between two looks at an idle database. */
    private @Nullable Duration monitorInterval;

    /** Age at which a small WAL is checkpointed. */
    private @Nullable Duration checkpointInterval;

    /** Pages in the WAL from which on it is checkpointed. */
    private @Nullable Integer minCheckpointPageCount;

    /** Pages in the WAL from which on a checkpoint may hold up writers for longer. */
    private @Nullable Integer maxCheckpointPageCount;

    /** How long the engine waits for a lock of the database. */
    private @Nullable Duration busyTimeout;

    /** How long a checkpoint may hold up writers. By default it grows with the WAL: 0, 25ms, 250ms. */
    private @Nullable Duration sealPause;

    /** Folder of the local copy of the WAL. By default .{file}-litestream beside the database file. */
    private @Nullable String metaPath;

    /** Local bytes that may wait for a replica. Beyond it the generation is given up, and a snapshot follows. */
    private @Nullable DataSize maxPendingSize;

    /** Restore at start. */
    @NestedConfigurationProperty
    private final Restore restore = new Restore();

    public @Nullable Duration getMonitorInterval() {
        return monitorInterval;
    }

    public void setMonitorInterval(@Nullable Duration monitorInterval) {
        this.monitorInterval = monitorInterval;
    }

    public @Nullable Duration getCheckpointInterval() {
        return checkpointInterval;
    }

    public void setCheckpointInterval(@Nullable Duration checkpointInterval) {
        this.checkpointInterval = checkpointInterval;
    }

    public @Nullable Integer getMinCheckpointPageCount() {
        return minCheckpointPageCount;
    }

    public void setMinCheckpointPageCount(@Nullable Integer minCheckpointPageCount) {
        this.minCheckpointPageCount = minCheckpointPageCount;
    }

    public @Nullable Integer getMaxCheckpointPageCount() {
        return maxCheckpointPageCount;
    }

    public void setMaxCheckpointPageCount(@Nullable Integer maxCheckpointPageCount) {
        this.maxCheckpointPageCount = maxCheckpointPageCount;
    }

    public @Nullable Duration getBusyTimeout() {
        return busyTimeout;
    }

    public void setBusyTimeout(@Nullable Duration busyTimeout) {
        this.busyTimeout = busyTimeout;
    }

    public @Nullable Duration getSealPause() {
        return sealPause;
    }

    public void setSealPause(@Nullable Duration sealPause) {
        this.sealPause = sealPause;
    }

    public @Nullable String getMetaPath() {
        return metaPath;
    }

    public void setMetaPath(@Nullable String metaPath) {
        this.metaPath = metaPath;
    }

    public @Nullable DataSize getMaxPendingSize() {
        return maxPendingSize;
    }

    public void setMaxPendingSize(@Nullable DataSize maxPendingSize) {
        this.maxPendingSize = maxPendingSize;
    }

    public Restore getRestore() {
        return restore;
    }

    /** When a database is restored at start. */
    public enum RestoreMode {
        /** When its file is missing or empty. */
        IF_MISSING,
        /** Once for each state that is asked for; the current file is kept aside under a dated name. */
        REPLACE,
        /** Never. */
        NEVER
    }

    /** Restore at start. */
    public static class Restore {

        /** When the database is restored at start: if its file is missing, once in place of the present file, or never. */
        private @Nullable RestoreMode mode;

        /** Whether the start fails when the database is missing and no replica holds a backup. By default only in mode restore-only. */
        private @Nullable Boolean failIfNoBackup;

        /** Name of the replica to restore from. By default the one with the newest backup. */
        private @Nullable String replica;

        /** Generation to restore, 16 hexadecimal digits. By default the newest. */
        private @Nullable String generation;

        /** WAL index to restore up to, hexadecimal as in the names of the objects. By default the newest. */
        private @Nullable String index;

        /** Time to restore the state of. By default the newest state. */
        private @Nullable Instant timestamp;

        /** Objects that are fetched at the same time. By default 8, and 16 from S3. */
        private @Nullable Integer parallelism;

        /** SQLite's own check of the restored database. */
        private @Nullable IntegrityCheck integrityCheck;

        /** What to do when the backup is damaged: fail, or restore the newest complete state before the damage. */
        private @Nullable OnDamage onDamage;

        /** Whether a restore is only planned and shown; in mode restore-only. */
        private @Nullable Boolean dryRun;

        public @Nullable RestoreMode getMode() {
            return mode;
        }

        public void setMode(@Nullable RestoreMode mode) {
            this.mode = mode;
        }

        public @Nullable Boolean getFailIfNoBackup() {
            return failIfNoBackup;
        }

        public void setFailIfNoBackup(@Nullable Boolean failIfNoBackup) {
            this.failIfNoBackup = failIfNoBackup;
        }

        public @Nullable String getReplica() {
            return replica;
        }

        public void setReplica(@Nullable String replica) {
            this.replica = replica;
        }

        public @Nullable String getGeneration() {
            return generation;
        }

        public void setGeneration(@Nullable String generation) {
            this.generation = generation;
        }

        public @Nullable String getIndex() {
            return index;
        }

        public void setIndex(@Nullable String index) {
            this.index = index;
        }

        public @Nullable Instant getTimestamp() {
            return timestamp;
        }

        public void setTimestamp(@Nullable Instant timestamp) {
            this.timestamp = timestamp;
        }

        public @Nullable Integer getParallelism() {
            return parallelism;
        }

        public void setParallelism(@Nullable Integer parallelism) {
            this.parallelism = parallelism;
        }

        public @Nullable IntegrityCheck getIntegrityCheck() {
            return integrityCheck;
        }

        public void setIntegrityCheck(@Nullable IntegrityCheck integrityCheck) {
            this.integrityCheck = integrityCheck;
        }

        public @Nullable OnDamage getOnDamage() {
            return onDamage;
        }

        public void setOnDamage(@Nullable OnDamage onDamage) {
            this.onDamage = onDamage;
        }

        public @Nullable Boolean getDryRun() {
            return dryRun;
        }

        public void setDryRun(@Nullable Boolean dryRun) {
            this.dryRun = dryRun;
        }
    }
}
