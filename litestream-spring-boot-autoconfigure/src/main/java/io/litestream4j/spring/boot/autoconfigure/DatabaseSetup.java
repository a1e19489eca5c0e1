package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Generation;
import io.litestream4j.replication.ReplicaSettings;
import io.litestream4j.replication.ReplicationSettings;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.OnDamage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One database, with all defaults applied.
 *
 * @param name its name in the configuration
 * @param path its file
 * @param pathKey the key or the place that the path was taken from
 * @param replicas at least one
 * @param settings how it is replicated
 * @param restore how it is restored at start
 */
record DatabaseSetup(
        String name,
        Path path,
        String pathKey,
        List<ReplicaSetup> replicas,
        ReplicationSettings settings,
        RestoreSetup restore) {

    /**
     * One replica.
     *
     * @param name its name in the configuration
     * @param url where it is
     * @param settings how it is fed
     * @param s3 how its bucket is reached; null for a folder
     */
    record ReplicaSetup(
            String name,
            ReplicaUrl url,
            ReplicaSettings settings,
            @Nullable S3Setup s3) {}

    /**
     * How a database is restored at start. What is null wasn't asked for.
     *
     * @param key prefix of the keys that say so
     * @param dryRun whether the plan is only shown
     */
    record RestoreSetup(
            String key,
            DatabaseKeys.RestoreMode mode,
            boolean failIfNoBackup,
            @Nullable String replica,
            @Nullable Generation generation,
            @Nullable Integer index,
            @Nullable Instant timestamp,
            @Nullable Integer parallelism,
            IntegrityCheck integrityCheck,
            OnDamage onDamage,
            boolean dryRun) {

        /** Whether a certain state is asked for, not the newest. */
        boolean isPointInTime() {
            return generation != null || index != null || timestamp != null;
        }
    }
}
