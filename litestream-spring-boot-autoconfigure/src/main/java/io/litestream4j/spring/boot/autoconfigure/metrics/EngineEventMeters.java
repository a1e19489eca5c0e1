package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.spring.boot.autoconfigure.ReplicatedDatabaseCustomizer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Listens to every engine from the moment it is made, long before there is a registry: it needs none, so that making the
 * engines doesn't make the registry too early. For several threads.
 */
final class EngineEventMeters implements ReplicatedDatabaseCustomizer {

    private final Map<String, DatabaseEvents> databases = new ConcurrentHashMap<>();

    @Override
    public void customize(String name, ReplicatedDatabase.Builder builder) {
        DatabaseEvents events = new DatabaseEvents();
        databases.put(name, events);
        builder.operations(events).listener(events);
    }

    /** What the engine of that database does; nothing is ever heard of a database that was made without this. */
    DatabaseEvents of(String name) {
        return databases.computeIfAbsent(name, each -> new DatabaseEvents());
    }

    /** It is unregistered. A later one of the same name counts from zero. */
    void forget(String name) {
        databases.remove(name);
    }
}
