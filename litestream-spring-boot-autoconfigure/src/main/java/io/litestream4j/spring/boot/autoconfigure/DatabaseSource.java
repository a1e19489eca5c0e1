package io.litestream4j.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One database as it was written: in properties, in a litestream.yml, or in both. Where both say something, the first wins. */
final class DatabaseSource {

    private final String name;
    private final List<Level<LitestreamProperties.Database>> written = new ArrayList<>();

    DatabaseSource(String name) {
        this.name = name;
    }

    /** A database that is written in properties only. */
    static DatabaseSource ofProperties(String name, LitestreamProperties.Database keys) {
        DatabaseSource source = new DatabaseSource(name);
        source.add(new Level<>(prefix(name), keys));
        return source;
    }

    void add(Level<LitestreamProperties.Database> level) {
        written.add(level);
    }

    String name() {
        return name;
    }

    /** The prefix of the database's properties. */
    String prefix() {
        return prefix(name);
    }

    private static String prefix(String name) {
        // a name with other characters can only be written in brackets
        return name.matches("[\\w-]+") ? "litestream.databases." + name + "." : "litestream.databases[" + name + "].";
    }

    /** The path as it was written, with the key that says so; null where the DataSource's is meant. */
    DataSourcePath.@Nullable Found path() {
        for (Level<LitestreamProperties.Database> level : written) {
            String path = Texts.trimmed(level.keys().getPath());
            if (path != null) {
                return new DataSourcePath.Found(Texts.path(level.key("path"), path), level.key("path"));
            }
        }
        return null;
    }

    /** The keys of the database, with those for all of them behind. */
    Levels<DatabaseKeys> keys(LitestreamProperties top) {
        List<Level<? extends DatabaseKeys>> levels = new ArrayList<>(written);
        levels.add(new Level<>("litestream.", top));
        return new Levels<>(levels);
    }

    /** The keys below {@code restore.}, with those for all databases behind. */
    Levels<DatabaseKeys.Restore> restoreKeys(LitestreamProperties top) {
        List<Level<? extends DatabaseKeys.Restore>> levels = new ArrayList<>();
        keys(top)
                .levels()
                .forEach(level -> levels.add(
                        new Level<>(level.key("restore."), level.keys().getRestore())));
        return new Levels<>(levels);
    }

    /** Whether some replica of the database says where it is. */
    boolean hasReplica() {
        return written.stream()
                .flatMap(level -> level.keys().getReplicas().values().stream())
                .anyMatch(ReplicaLocation::isGiven);
    }

    /** The replicas by name, each with the levels that say something about it. */
    Map<String, List<Level<LitestreamProperties.Replica>>> replicas() {
        Map<String, List<Level<LitestreamProperties.Replica>>> replicas = new LinkedHashMap<>();
        for (Level<LitestreamProperties.Database> level : written) {
            level.keys()
                    .getReplicas()
                    .forEach((replica, keys) -> replicas.computeIfAbsent(replica, ignored -> new ArrayList<>())
                            .add(new Level<>(level.key("replicas." + replica + "."), keys)));
        }
        return replicas;
    }

    /** The keys of one replica: its own, those of the database, those of a file's top, those for all. */
    Levels<ReplicaKeys> replicaKeys(String replica, List<Level<ReplicaKeys>> forAll) {
        List<Level<? extends ReplicaKeys>> levels = new ArrayList<>();
        for (Level<LitestreamProperties.Database> level : written) {
            LitestreamProperties.Replica own = level.keys().getReplicas().get(replica);
            if (own != null) {
                levels.add(new Level<>(level.key("replicas." + replica + "."), own));
            }
            levels.add(level);
        }
        levels.addAll(forAll);
        return new Levels<>(levels);
    }
}
