package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that names a database: properties, a litestream.yml, and the variables of Litestream and pylts. */
final class DatabaseSources {

    static final String MAIN = "main";

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSources.class);

    private final LitestreamProperties properties;
    private final DataSourcePath dataSourcePath;
    private final ForeignVariables variables;
    private final @Nullable ConfigFile file;
    private final @Nullable LitestreamReplicaConnectionDetails details;
    private final Map<String, DatabaseSource> sources = new LinkedHashMap<>();
    private @Nullable ReplicaUrl mainUrl;

    DatabaseSources(
            LitestreamProperties properties,
            DataSourcePath dataSourcePath,
            ForeignVariables variables,
            @Nullable ConfigFile file,
            @Nullable LitestreamReplicaConnectionDetails details) {
        this.properties = properties;
        this.dataSourcePath = dataSourcePath;
        this.variables = variables;
        this.file = file;
        this.details = details;
        properties.getDatabases().forEach((name, keys) -> sources.put(name, DatabaseSource.ofProperties(name, keys)));
        if (file != null) {
            file.databases().forEach(this::add);
        }
        mainUrl = mainUrl();
        if (mainUrl != null) {
            sources.computeIfAbsent(MAIN, DatabaseSource::new);
        }
    }

    List<DatabaseSource> all() {
        return List.copyOf(sources.values());
    }

    /** The replica of the application's own database that has no name. */
    @Nullable
    ReplicaUrl replicaUrl(DatabaseSource source) {
        return source.name().equals(MAIN) ? mainUrl : null;
    }

    /**
     * The URL that connection details give to a replica for which the properties have no litestream.replica-url; null where
     * there is none.
     */
    @Nullable
    ReplicaUrl urlOfConnectionDetails(DatabaseSource source) {
        boolean written = Texts.trimmed(properties.getReplicaUrl()) != null;
        return details == null || written || !source.name().equals(MAIN) ? null : ConnectionDetailsKeys.url(details);
    }

    /** How the replica of the application's own database is reached; null where only properties say so. */
    @Nullable
    Level<ReplicaKeys> connectionDetails(DatabaseSource source) {
        return details != null && source.name().equals(MAIN) ? ConnectionDetailsKeys.level(details) : null;
    }

    /** What holds for all replicas: the top of the file, then the properties at the top. */
    List<Level<ReplicaKeys>> forAllReplicas() {
        List<Level<ReplicaKeys>> levels = new ArrayList<>();
        if (file != null) {
            levels.add(file.top());
        }
        levels.add(new Level<>("litestream.", properties));
        return levels;
    }

    /** The file of a database. */
    DataSourcePath.Found path(DatabaseSource source) {
        DataSourcePath.Found written = source.path();
        if (written != null) {
            return written;
        }
        String key = source.prefix() + "path";
        if (!source.name().equals(MAIN)) {
            return dataSourcePath.named(source.name(), key);
        }
        Optional<DataSourcePath.Found> variable =
                dataSourcePath.primaryFile().isPresent() ? Optional.empty() : variables.databaseFile();
        variable.ifPresent(found -> LOG.info("Litestream: DB_SQLITE names the database main: {}", found.path()));
        return variable.orElseGet(() -> dataSourcePath.primary(source.name(), key));
    }

    /** A database of the file is the one of that path in the properties, or the application's own, or one more. */
    private void add(Level<LitestreamProperties.Database> level) {
        Path path = Texts.path(
                level.key("path"), String.valueOf(Texts.trimmed(level.keys().getPath())));
        for (DatabaseSource source : sources.values()) {
            DataSourcePath.Found written = source.path();
            if (written != null && written.path().equals(path)) {
                source.add(level);
                return;
            }
        }
        sources.computeIfAbsent(isMain(path) ? MAIN : name(path), DatabaseSource::new)
                .add(level);
    }

    private boolean isMain(Path path) {
        DatabaseSource main = sources.get(MAIN);
        return (main == null || main.path() == null)
                && dataSourcePath.primaryFile().filter(path::equals).isPresent();
    }

    /** The file's name; with its folder's where databases of one name are in several folders. */
    private String name(Path path) {
        String name = String.valueOf(path.getFileName());
        if (file == null
                || file.paths().stream().filter(other -> other.endsWith(name)).count() < 2) {
            return name;
        }
        return path.getParent() == null ? name : path.getParent().getFileName() + "/" + name;
    }

    private @Nullable ReplicaUrl mainUrl() {
        ReplicaUrl detailed = details == null ? null : ConnectionDetailsKeys.url(details);
        if (detailed != null) {
            return detailed;
        }
        String url = Texts.trimmed(properties.getReplicaUrl());
        if (url != null) {
            return ReplicaUrl.parse("litestream.replica-url", url);
        }
        DatabaseSource main = sources.get(MAIN);
        return main != null && main.hasReplica() ? null : urlOfVariable();
    }

    private @Nullable ReplicaUrl urlOfVariable() {
        Optional<ReplicaUrl> url = variables.replicaUrl();
        if (url.isEmpty()) {
            return null;
        }
        DatabaseSource main = sources.get(MAIN);
        if (dataSourcePath.primaryFile().isEmpty()
                && variables.databaseFile().isEmpty()
                && (main == null || main.path() == null)) {
            LOG.info(
                    "Litestream: REPLICA_URL is not used, this application has no SQLite database. To replicate one set"
                            + " litestream.databases.main.path");
            return null;
        }
        LOG.info(
                "Litestream: REPLICA_URL names the replica of the database main: {}",
                url.get().location());
        return url.get();
    }
}
