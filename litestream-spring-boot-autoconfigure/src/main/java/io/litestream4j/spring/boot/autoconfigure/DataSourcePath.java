package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Finds the file of the application's DataSource before there is a DataSource. Asks in the order in which Spring Boot
 * lets the later one win: {@code spring.datasource.hikari.jdbc-url} is bound to the pool after everything else.
 */
final class DataSourcePath {

    private static final String HIKARI_URL = "spring.datasource.hikari.jdbc-url";
    private static final String HIKARI_PARAMETERS = "spring.datasource.hikari.data-source-properties";
    private static final String URL = "spring.datasource.url";

    private final Environment environment;
    private final Supplier<@Nullable String> connectionDetailsUrl;
    private final DataSourceDefinitions definitions;

    DataSourcePath(
            Environment environment,
            Supplier<@Nullable String> connectionDetailsUrl,
            DataSourceDefinitions definitions) {
        this.environment = environment;
        this.connectionDetailsUrl = connectionDetailsUrl;
        this.definitions = definitions;
    }

    /**
     * A file, and where it was found.
     *
     * @param path the file
     * @param source the key or the bean that names it
     */
    record Found(Path path, String source) {}

    /** The file of the DataSource of a database's name, or else of the primary one. */
    Found named(String database, String key) {
        Optional<String> bean = definitions.named(database);
        if (bean.isEmpty()) {
            return primary(database, key);
        }
        DataSourceDefinitions.Url url = definitions
                .url(bean.get())
                .orElseThrow(() -> new LitestreamStartException(
                        "The database \"%s\" means the DataSource \"%s\", whose file can't be known before it exists."
                                .formatted(database, bean.get()),
                        "Set %s to the file that it opens.".formatted(key)));
        return found(database, key, url, Map.of());
    }

    /** The file of the application's DataSource, or a failure that names the key to set instead. */
    Found primary(String database, String key) {
        return primaryUrl()
                .map(url -> found(database, key, url, poolParameters()))
                .orElseThrow(() -> new LitestreamStartException(
                        "The database \"%s\" has a replica, but no file: %s is not set, and neither is %s."
                                .formatted(database, key, URL),
                        "Set %s to the database's file, or %s to jdbc:sqlite:<file>.".formatted(key, URL)));
    }

    /** The file of the application's DataSource, if it has one that is SQLite's. */
    Optional<Path> primaryFile() {
        return primaryUrl().flatMap(url -> SqliteUrl.parse(url.url())).map(SqliteUrl::file);
    }

    private Optional<DataSourceDefinitions.Url> primaryUrl() {
        // Spring Boot makes none of its own beside it: spring.datasource.* is another one's, or nobody's
        Optional<DataSourceDefinitions.Url> bound = definitions.primaryBound();
        if (bound.isPresent()) {
            return bound;
        }
        String hikari = Texts.trimmed(environment.getProperty(HIKARI_URL));
        if (hikari != null) {
            return Optional.of(new DataSourceDefinitions.Url(HIKARI_URL, hikari));
        }
        String details = Texts.trimmed(connectionDetailsUrl.get());
        String property = Texts.trimmed(environment.getProperty(URL));
        if (details != null) {
            String source = details.equals(property) ? URL : "JdbcConnectionDetails";
            return Optional.of(new DataSourceDefinitions.Url(source, details));
        }
        return property != null
                ? Optional.of(new DataSourceDefinitions.Url(URL, property))
                : definitions.primary().flatMap(definitions::url);
    }

    private static Found found(
            String database, String key, DataSourceDefinitions.Url url, Map<String, String> parameters) {
        SqliteUrl parsed = SqliteUrl.parse(url.url())
                .orElseThrow(() -> new LitestreamStartException(
                        "The database \"%s\" has a replica, but %s doesn't name a SQLite file: %s"
                                .formatted(database, url.key(), url.url()),
                        "Set %s to jdbc:sqlite:<file>, or %s to the database's file.".formatted(url.key(), key)));
        parsed.with(parameters).requireReplicable(url.key());
        return new Found(parsed.file(), url.key());
    }

    private Map<String, String> poolParameters() {
        return Binder.get(environment)
                .bind(HIKARI_PARAMETERS, Bindable.mapOf(String.class, String.class))
                .orElseGet(Map::of);
    }
}
