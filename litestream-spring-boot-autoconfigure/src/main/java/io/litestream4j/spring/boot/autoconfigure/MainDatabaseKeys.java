package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Is there for the configuration metadata only: a map gives one entry without children, and the database {@code main} is
 * the one that every application has. Its keys are completed and described by every editor that reads the metadata.
 */
final class MainDatabaseKeys {

    private MainDatabaseKeys() {}

    @ConfigurationProperties("litestream.databases.main")
    public static LitestreamProperties.Database main() {
        return new LitestreamProperties.Database();
    }
}
