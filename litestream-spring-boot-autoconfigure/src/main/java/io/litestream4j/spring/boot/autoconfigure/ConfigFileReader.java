package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the maps and lists of a litestream.yml to keys. What it can't do is refused or named, never passed over. */
final class ConfigFileReader {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigFileReader.class);

    private final Path path;

    ConfigFileReader(Path path) {
        this.path = path;
    }

    ConfigFile read(@Nullable Object content) {
        YamlMap top = new YamlMap(path + ": ", content);
        ReplicaKeys forAll = new ReplicaKeys() {};
        forAll.setAccessKeyId(top.text("access-key-id"));
        forAll.setSecretAccessKey(top.text("secret-access-key"));
        passOver(top, "addr", "the actuator's port and its metrics take its place");
        passOver(top, "logging", "Spring Boot's logging.* takes its place");
        if (top.has("exec")) {
            LOG.warn("Litestream: {} is not done: the application itself is what runs", top.key("exec"));
        }
        top.know("exec");
        List<Level<LitestreamProperties.Database>> databases = new ArrayList<>();
        top.list("dbs").forEach(database -> databases.add(database(database)));
        nameUnknown(top);
        LOG.info("Litestream: {} names {} databases", path, databases.size());
        return new ConfigFile(new Level<>(top.prefix(), forAll), databases);
    }

    private static Level<LitestreamProperties.Database> database(YamlMap map) {
        LitestreamProperties.Database keys = new LitestreamProperties.Database();
        keys.setPath(map.text("path"));
        if (keys.getPath() == null) {
            throw LitestreamStartException.invalid(map.key("path"), "", "the database's file");
        }
        if (map.has("replica")) {
            throw new LitestreamStartException(
                    map.key("replica") + " is a key of Litestream 0.5, whose format is another one.",
                    "Write %s with a list of one replica, and a path of its own.".formatted(map.key("replicas")));
        }
        keys.setMetaPath(map.text("meta-path"));
        keys.setMonitorInterval(map.duration("monitor-interval"));
        keys.setCheckpointInterval(map.duration("checkpoint-interval"));
        keys.setMinCheckpointPageCount(map.wholeNumber("min-checkpoint-page-count"));
        keys.setMaxCheckpointPageCount(map.wholeNumber("max-checkpoint-page-count"));
        map.list("replicas").forEach(replica -> replica(keys, replica));
        nameUnknown(map);
        PropertyChecks.checkDatabase(map.prefix(), keys);
        return new Level<>(map.prefix(), keys);
    }

    private static void replica(LitestreamProperties.Database database, YamlMap map) {
        if (map.has("age")) {
            throw new LitestreamStartException(
                    map.key("age") + " is set, and encryption with age is not supported.",
                    "Remove %s and give the replica another path or bucket, or keep Litestream for this database."
                            .formatted(map.key("age")));
        }
        LitestreamProperties.Replica keys = new LitestreamProperties.Replica();
        keys.setUrl(map.text("url"));
        keys.setType(map.text("type"));
        keys.setBucket(map.text("bucket"));
        keys.setPath(map.text("path"));
        intervals(keys, map);
        s3(keys, map);
        ReplicaUrl location = ReplicaLocation.of(new Level<>(map.prefix(), keys));
        if (location == null) {
            throw LitestreamStartException.invalid(
                    map.key("url"), "", "where the replica is, such as s3://bucket/path");
        }
        String name = map.text("name");
        nameUnknown(map);
        PropertyChecks.checkReplica(map.prefix(), keys);
        if (database.getReplicas().putIfAbsent(name == null ? location.type() : name, keys) != null) {
            throw LitestreamStartException.invalid(
                    map.key("name"), name == null ? "" : name, "a name that no other replica of the database has");
        }
    }

    private static void intervals(ReplicaKeys keys, YamlMap map) {
        keys.setSyncInterval(map.duration("sync-interval"));
        keys.setRetention(map.duration("retention"));
        keys.setRetentionCheckInterval(map.duration("retention-check-interval"));
        keys.setSnapshotInterval(map.duration("snapshot-interval"));
        keys.setValidationInterval(map.duration("validation-interval"));
    }

    private static void s3(ReplicaKeys keys, YamlMap map) {
        keys.setAccessKeyId(map.text("access-key-id"));
        keys.setSecretAccessKey(map.text("secret-access-key"));
        keys.setRegion(map.text("region"));
        keys.setEndpoint(map.text("endpoint"));
        keys.setForcePathStyle(map.truth("force-path-style"));
        keys.setSkipVerify(map.truth("skip-verify"));
    }

    private static void passOver(YamlMap map, String name, String instead) {
        if (map.has(name)) {
            LOG.info("Litestream: {} is not used, {}", map.key(name), instead);
        }
        map.know(name);
    }

    private static void nameUnknown(YamlMap map) {
        map.unknown()
                .forEach(name ->
                        LOG.warn("Litestream: {} is no key of a litestream.yml, it is not used", map.key(name)));
    }
}
