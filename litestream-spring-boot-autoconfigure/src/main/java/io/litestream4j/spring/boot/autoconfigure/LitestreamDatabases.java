package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The replicated databases of the application, by name. The application's own DataSource is {@code main}. */
public final class LitestreamDatabases {

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    LitestreamDatabases(
            List<DatabaseSetup> setups, ReplicaClientFactory clients, List<ReplicatedDatabaseCustomizer> customizers) {
        for (DatabaseSetup setup : setups) {
            List<Replica> replicas = new ArrayList<>();
            ReplicatedDatabase.Builder builder =
                    ReplicatedDatabase.builder(setup.path()).name(setup.name()).settings(setup.settings());
            for (ReplicaSetup replica : setup.replicas()) {
                ReplicaClient client = clients.create(replica);
                replicas.add(new Replica(replica.name(), client));
                builder.replica(replicas.get(replicas.size() - 1), replica.settings());
            }
            customizers.forEach(customizer -> customizer.customize(setup.name(), builder));
            entries.put(setup.name(), new Entry(setup, List.copyOf(replicas), builder.build()));
        }
    }

    /**
     * One database.
     *
     * @param setup what the properties say
     * @param replicas its replicas
     * @param database the engine for it
     */
    record Entry(DatabaseSetup setup, List<Replica> replicas, ReplicatedDatabase database) {}

    /** The names, in the order of the configuration. */
    public Set<String> names() {
        return Set.copyOf(entries.keySet());
    }

    /** The database of that name. */
    public Optional<ReplicatedDatabase> find(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::database);
    }

    List<Entry> entries() {
        return List.copyOf(entries.values());
    }
}
