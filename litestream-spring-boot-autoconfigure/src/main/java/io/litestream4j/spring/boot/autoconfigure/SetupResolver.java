package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Generation;
import io.litestream4j.replication.ReplicationSettings;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.OnDamage;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.RestoreSetup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/** From the keys as they were written to databases with all defaults applied. Nothing is opened, nobody is asked. */
final class SetupResolver {

    private static final Logger LOG = LoggerFactory.getLogger(SetupResolver.class);

    /** The engine's own is the decimal gigabyte; here it is what the same text means when somebody writes it. */
    private static final DataSize DEFAULT_MAX_PENDING = DataSize.ofGigabytes(1);

    private final LitestreamProperties properties;
    private final DatabaseSources sources;
    private final ReplicaResolver replicas;

    SetupResolver(LitestreamProperties properties, DatabaseSources sources) {
        this.properties = properties;
        this.sources = sources;
        this.replicas = new ReplicaResolver(sources.forAllReplicas());
    }

    /** The databases that the configuration names. */
    List<DatabaseSetup> resolve() {
        List<DatabaseSetup> setups = new ArrayList<>();
        for (DatabaseSource source : sources.all()) {
            List<ReplicaSetup> found = replicas(source);
            if (found.isEmpty()) {
                LOG.info("Litestream: the database {} has no replica, it is not replicated", source.name());
            } else {
                setups.add(database(source, found));
            }
        }
        SetupConflicts.check(setups);
        return setups;
    }

    private List<ReplicaSetup> replicas(DatabaseSource source) {
        Level<ReplicaKeys> details = sources.connectionDetails(source);
        ReplicaUrl inPlace = sources.urlOfConnectionDetails(source);
        return details != null && inPlace != null
                ? replicas.resolveInPlace(source, inPlace, details)
                : replicas.resolve(source, sources.replicaUrl(source), details);
    }

    /** A database that is named while the application runs. */
    DatabaseSetup resolve(String name, LitestreamProperties.Database keys) {
        DatabaseSource source = DatabaseSource.ofProperties(name, keys);
        PropertyChecks.checkDatabase(source.prefix(), keys);
        List<ReplicaSetup> found = replicas.resolve(source, null, null);
        if (source.path() == null || found.isEmpty()) {
            throw new LitestreamStartException(
                    "The database \"%s\" was given no %s.".formatted(name, found.isEmpty() ? "replica" : "path"),
                    "Give it a path and at least one replica with a URL.");
        }
        return database(source, found);
    }

    private DatabaseSetup database(DatabaseSource source, List<ReplicaSetup> found) {
        DataSourcePath.Found path = sources.path(source);
        return new DatabaseSetup(
                source.name(),
                path.path(),
                path.source(),
                found,
                settings(source.keys(properties)),
                restore(source.prefix() + "restore.", source.restoreKeys(properties)));
    }

    private ReplicationSettings settings(Levels<DatabaseKeys> levels) {
        ReplicationSettings.Builder settings = ReplicationSettings.builder();
        ReplicationSettings defaults = ReplicationSettings.defaults();
        settings.monitorInterval(levels.first(DatabaseKeys::getMonitorInterval, defaults.monitorInterval()));
        settings.checkpointInterval(levels.first(DatabaseKeys::getCheckpointInterval, defaults.checkpointInterval()));
        int min = levels.first(DatabaseKeys::getMinCheckpointPageCount, defaults.minCheckpointPageCount());
        int max = levels.first(DatabaseKeys::getMaxCheckpointPageCount, defaults.maxCheckpointPageCount());
        if (max < min) {
            throw LitestreamStartException.invalid(
                    levels.where(DatabaseKeys::getMaxCheckpointPageCount, "max-checkpoint-page-count"),
                    max,
                    "min-checkpoint-page-count (" + min + ") or more");
        }
        settings.minCheckpointPageCount(min).maxCheckpointPageCount(max);
        settings.busyTimeout(levels.first(DatabaseKeys::getBusyTimeout, defaults.busyTimeout()));
        settings.sealPause(levels.first(DatabaseKeys::getSealPause));
        settings.metaPath(metaPath(levels));
        settings.maxPendingSize(levels.first(DatabaseKeys::getMaxPendingSize, DEFAULT_MAX_PENDING)
                .toBytes());
        return settings.shutdownTimeout(properties.getShutdownTimeout()).build();
    }

    private static @Nullable Path metaPath(Levels<DatabaseKeys> levels) {
        String metaPath = levels.text(DatabaseKeys::getMetaPath);
        return metaPath == null ? null : Texts.path(levels.where(DatabaseKeys::getMetaPath, "meta-path"), metaPath);
    }

    private RestoreSetup restore(String key, Levels<DatabaseKeys.Restore> levels) {
        String generation = levels.text(DatabaseKeys.Restore::getGeneration);
        String index = levels.text(DatabaseKeys.Restore::getIndex);
        RestoreChecks.check(
                key,
                properties.getMode(),
                generation,
                index,
                levels.first(DatabaseKeys.Restore::getTimestamp),
                levels.first(DatabaseKeys.Restore::getDryRun, false));
        return new RestoreSetup(
                key,
                levels.first(DatabaseKeys.Restore::getMode, DatabaseKeys.RestoreMode.IF_MISSING),
                levels.first(
                        DatabaseKeys.Restore::getFailIfNoBackup,
                        properties.getMode() == LitestreamProperties.Mode.RESTORE_ONLY),
                levels.text(DatabaseKeys.Restore::getReplica),
                generation == null ? null : Generation.parse(generation),
                index == null ? null : Integer.valueOf(index, 16),
                levels.first(DatabaseKeys.Restore::getTimestamp),
                levels.first(DatabaseKeys.Restore::getParallelism),
                levels.first(DatabaseKeys.Restore::getIntegrityCheck, IntegrityCheck.QUICK),
                levels.first(DatabaseKeys.Restore::getOnDamage, OnDamage.FAIL),
                levels.first(DatabaseKeys.Restore::getDryRun, false));
    }
}
