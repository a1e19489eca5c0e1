package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Generation;
import io.litestream4j.replication.ReplicaSettings;
import io.litestream4j.replication.ReplicationSettings;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.OnDamage;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.RestoreSetup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/** From the keys as they were written to databases with all defaults applied. Nothing is opened, nobody is asked. */
final class SetupResolver {

    private static final Logger LOG = LoggerFactory.getLogger(SetupResolver.class);
    private static final String MAIN = "main";

    private final LitestreamProperties properties;
    private final DataSourcePath dataSourcePath;

    SetupResolver(LitestreamProperties properties, DataSourcePath dataSourcePath) {
        this.properties = properties;
        this.dataSourcePath = dataSourcePath;
    }

    List<DatabaseSetup> resolve() {
        PropertyChecks.check(properties);
        NotYetSupported.warnings(properties).forEach(LOG::warn);
        Map<String, LitestreamProperties.Database> databases = new LinkedHashMap<>(properties.getDatabases());
        if (Texts.trimmed(properties.getReplicaUrl()) != null) {
            databases.computeIfAbsent(MAIN, name -> new LitestreamProperties.Database());
        }
        List<DatabaseSetup> setups = new ArrayList<>();
        databases.forEach((name, keys) -> {
            List<ReplicaSetup> replicas = replicas(name, keys);
            if (replicas.isEmpty()) {
                LOG.info("Litestream: the database {} has no replica, it is not replicated", name);
            } else {
                setups.add(database(name, keys, replicas));
            }
        });
        SetupConflicts.check(setups);
        return setups;
    }

    private DatabaseSetup database(String name, LitestreamProperties.Database keys, List<ReplicaSetup> replicas) {
        String prefix = "litestream.databases." + name + ".";
        String path = Texts.trimmed(keys.getPath());
        if (path == null && !name.equals(MAIN)) {
            throw LitestreamStartException.invalid(
                    prefix + "path", "", "the database's file; only " + MAIN + " is found by itself");
        }
        DataSourcePath.Found found = path == null
                ? dataSourcePath.find(name, prefix + "path")
                : new DataSourcePath.Found(Texts.path(prefix + "path", path), prefix + "path");
        Levels<DatabaseKeys> levels = new Levels<>(List.of(keys, properties));
        return new DatabaseSetup(
                name,
                found.path(),
                found.source(),
                replicas,
                settings(prefix, levels),
                restore(prefix + "restore.", new Levels<>(List.of(keys.getRestore(), properties.getRestore()))));
    }

    private ReplicationSettings settings(String prefix, Levels<DatabaseKeys> levels) {
        ReplicationSettings.Builder settings = ReplicationSettings.builder();
        ReplicationSettings defaults = ReplicationSettings.defaults();
        settings.monitorInterval(levels.first(DatabaseKeys::getMonitorInterval, defaults.monitorInterval()));
        settings.checkpointInterval(levels.first(DatabaseKeys::getCheckpointInterval, defaults.checkpointInterval()));
        int min = levels.first(DatabaseKeys::getMinCheckpointPageCount, defaults.minCheckpointPageCount());
        int max = levels.first(DatabaseKeys::getMaxCheckpointPageCount, defaults.maxCheckpointPageCount());
        if (max < min) {
            throw LitestreamStartException.invalid(
                    prefix + "max-checkpoint-page-count", max, "min-checkpoint-page-count (" + min + ") or more");
        }
        settings.minCheckpointPageCount(min).maxCheckpointPageCount(max);
        settings.busyTimeout(levels.first(DatabaseKeys::getBusyTimeout, defaults.busyTimeout()));
        settings.sealPause(levels.first(DatabaseKeys::getSealPause));
        String metaPath = Texts.trimmed(levels.first(DatabaseKeys::getMetaPath));
        settings.metaPath(metaPath == null ? null : Texts.path(prefix + "meta-path", metaPath));
        DataSize pending = levels.first(DatabaseKeys::getMaxPendingSize);
        settings.maxPendingSize(pending == null ? defaults.maxPendingSize() : pending.toBytes());
        return settings.shutdownTimeout(properties.getShutdownTimeout()).build();
    }

    private List<ReplicaSetup> replicas(String name, LitestreamProperties.Database database) {
        Map<String, ReplicaSetup> replicas = new LinkedHashMap<>();
        String mainUrl = Texts.trimmed(properties.getReplicaUrl());
        if (mainUrl != null && name.equals(MAIN)) {
            ReplicaUrl url = ReplicaUrl.parse("litestream.replica-url", mainUrl);
            replicas.put(url.type(), replica(url.type(), url, new Levels<>(List.of(database, properties))));
        }
        database.getReplicas().forEach((replicaName, keys) -> {
            String prefix = "litestream.databases." + name + ".replicas." + replicaName + ".";
            ReplicaUrl url = url(prefix, keys);
            if (url == null) {
                return;
            }
            if (replicas.containsKey(replicaName)) {
                throw LitestreamStartException.invalid(
                        "litestream.replica-url",
                        mainUrl == null ? "" : mainUrl,
                        "nothing, or rename " + prefix + "url");
            }
            Levels<ReplicaKeys> levels = new Levels<>(List.of(keys, database, properties));
            replicas.put(replicaName, replica(replicaName, url, levels));
        });
        return List.copyOf(replicas.values());
    }

    private static ReplicaSetup replica(String name, ReplicaUrl url, Levels<ReplicaKeys> levels) {
        ReplicaSettings defaults = ReplicaSettings.defaults();
        return new ReplicaSetup(
                name,
                url,
                ReplicaSettings.syncingEvery(levels.first(ReplicaKeys::getSyncInterval, defaults.syncInterval())));
    }

    private static @Nullable ReplicaUrl url(String prefix, LitestreamProperties.Replica keys) {
        String url = Texts.trimmed(keys.getUrl());
        String type = Texts.trimmed(keys.getType());
        if (type != null && !type.equals("file") && !type.equals("s3")) {
            throw LitestreamStartException.invalid(prefix + "type", type, "file or s3");
        }
        if (url != null) {
            return ReplicaUrl.parse(prefix + "url", url);
        }
        String bucket = Texts.trimmed(keys.getBucket());
        String path = Texts.trimmed(keys.getPath());
        if (bucket != null) {
            return ReplicaUrl.parse(prefix + "bucket", "s3://" + bucket + "/" + (path == null ? "" : path));
        }
        if ("s3".equals(type)) {
            throw LitestreamStartException.invalid(prefix + "bucket", "", "the bucket's name");
        }
        return path == null ? null : ReplicaUrl.file(prefix + "path", Texts.path(prefix + "path", path));
    }

    private RestoreSetup restore(String key, Levels<DatabaseKeys.Restore> levels) {
        String generation = Texts.trimmed(levels.first(DatabaseKeys.Restore::getGeneration));
        String index = Texts.trimmed(levels.first(DatabaseKeys.Restore::getIndex));
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
                Texts.trimmed(levels.first(DatabaseKeys.Restore::getReplica)),
                generation == null ? null : Generation.parse(generation),
                index == null ? null : Integer.valueOf(index, 16),
                levels.first(DatabaseKeys.Restore::getTimestamp),
                levels.first(DatabaseKeys.Restore::getParallelism),
                levels.first(DatabaseKeys.Restore::getIntegrityCheck, IntegrityCheck.QUICK),
                levels.first(DatabaseKeys.Restore::getOnDamage, OnDamage.FAIL),
                levels.first(DatabaseKeys.Restore::getDryRun, false));
    }
}
