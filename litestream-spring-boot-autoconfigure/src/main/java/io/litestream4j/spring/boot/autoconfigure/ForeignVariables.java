package io.litestream4j.spring.boot.autoconfigure;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

/**
 * The variables that Litestream and pylts read, under their own names. They come from the environment of the process, or
 * from an imported {@code .env} file, where Spring Boot doesn't translate names.
 */
final class ForeignVariables {

    static final String REPLICA_URL = "REPLICA_URL";
    static final String DATABASE = "DB_SQLITE";

    private static final Logger LOG = LoggerFactory.getLogger(ForeignVariables.class);

    private final Environment environment;

    ForeignVariables(Environment environment) {
        this.environment = environment;
    }

    /** Fills in what the properties leave open. */
    void complete(LitestreamProperties properties) {
        if (Texts.trimmed(properties.getReplicaUrl()) == null) {
            properties.setReplicaUrl(value("LITESTREAM_REPLICA_URL"));
        }
        if (Texts.trimmed(properties.getAccessKeyId()) == null) {
            properties.setAccessKeyId(value("LITESTREAM_ACCESS_KEY_ID"));
        }
        if (Texts.trimmed(properties.getSecretAccessKey()) == null) {
            properties.setSecretAccessKey(value("LITESTREAM_SECRET_ACCESS_KEY"));
        }
    }

    /** The replica that pylts would use. The name is a common one: what is no URL of a replica is somebody else's. */
    Optional<ReplicaUrl> replicaUrl() {
        String value = value(REPLICA_URL);
        String lower = value == null ? "" : value.toLowerCase(Locale.ROOT);
        if (value == null || !(lower.startsWith("s3://") || lower.startsWith("file://"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(ReplicaUrl.parse(REPLICA_URL, value));
        } catch (LitestreamStartException e) {
            LOG.warn("Litestream: REPLICA_URL is not used: {} {}", e.description(), e.action());
            return Optional.empty();
        }
    }

    /** The database file that pylts would use, in the working directory. */
    Optional<DataSourcePath.Found> databaseFile() {
        String name = value(DATABASE);
        if (name == null) {
            return Optional.empty();
        }
        if (!name.endsWith(".sqlite") && !name.endsWith(".db")) {
            throw LitestreamStartException.invalid(DATABASE, name, "a file's name that ends with .db or .sqlite");
        }
        return Optional.of(new DataSourcePath.Found(Texts.path(DATABASE, name), DATABASE));
    }

    private @Nullable String value(String name) {
        return Texts.trimmed(environment.getProperty(name));
    }
}
