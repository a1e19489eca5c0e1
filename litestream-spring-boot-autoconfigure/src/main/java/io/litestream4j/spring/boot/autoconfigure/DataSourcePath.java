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

    DataSourcePath(Environment environment, Supplier<@Nullable String> connectionDetailsUrl) {
        this.environment = environment;
        this.connectionDetailsUrl = connectionDetailsUrl;
    }

    /**
     * A file, and where it was found.
     *
     * @param path the file
     * @param source the key or the bean that names it
     */
    record Found(Path path, String source) {}

    /** The file of the application's DataSource, or a failure that names the key to set instead. */
    Found find(String database, String key) {
        String hikari = Texts.trimmed(environment.getProperty(HIKARI_URL));
        if (hikari != null) {
            return found(database, key, HIKARI_URL, hikari);
        }
        String details = Texts.trimmed(connectionDetailsUrl.get());
        String property = Texts.trimmed(environment.getProperty(URL));
        if (details != null) {
            return found(database, key, details.equals(property) ? URL : "JdbcConnectionDetails", details);
        }
        if (property != null) {
            return found(database, key, URL, property);
        }
        throw new LitestreamStartException(
                "The database \"%s\" has a replica, but no file: %s is not set, and neither is %s."
                        .formatted(database, key, URL),
                "Set %s to the database's file, or %s to jdbc:sqlite:<file>.".formatted(key, URL));
    }

    private Found found(String database, String key, String source, String url) {
        Optional<SqliteUrl> parsed = SqliteUrl.parse(url);
        if (parsed.isEmpty()) {
            throw new LitestreamStartException(
                    "The database \"%s\" has a replica, but %s doesn't name a SQLite file: %s"
                            .formatted(database, source, url),
                    "Set %s to jdbc:sqlite:<file>, or %s to the database's file.".formatted(source, key));
        }
        SqliteUrl complete = parsed.get().with(poolParameters());
        complete.requireReplicable(source);
        return new Found(complete.file(), source);
    }

    private Map<String, String> poolParameters() {
        return Binder.get(environment)
                .bind(HIKARI_PARAMETERS, Bindable.mapOf(String.class, String.class))
                .orElseGet(Map::of);
    }
}
