package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicatedDatabase;

/** Has the last word on how a database is replicated; for what the properties don't offer, such as a listener. */
@FunctionalInterface
public interface ReplicatedDatabaseCustomizer {

    /**
     * Called once for each database at start.
     *
     * @param name the database's name in the configuration
     * @param builder with everything from the properties
     */
    void customize(String name, ReplicatedDatabase.Builder builder);
}
