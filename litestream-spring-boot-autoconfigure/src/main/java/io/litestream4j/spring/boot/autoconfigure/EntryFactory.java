package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.EngineThreads;
import io.litestream4j.replication.OperationListener;
import io.litestream4j.replication.Operations;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** From setups to databases with their replicas, on threads and S3 clients that they share. */
final class EntryFactory implements AutoCloseable {

    private final ReplicaClientFactory clients;
    private final List<ReplicatedDatabaseCustomizer> customizers;
    private final List<OperationListener> listeners;
    private final LeaseSettings lease;
    private final EventQueue events;
    private final EngineThreads threads = new EngineThreads();

    EntryFactory(
            ReplicaClientFactory clients,
            List<ReplicatedDatabaseCustomizer> customizers,
            List<OperationListener> listeners,
            LeaseSettings lease,
            EventQueue events) {
        this.clients = clients;
        this.customizers = customizers;
        this.listeners = listeners;
        this.lease = lease;
        this.events = events;
    }

    /** A database that nobody has opened yet. */
    LitestreamDatabases.Entry create(DatabaseSetup setup) {
        List<Replica> replicas = new ArrayList<>();
        try {
            ReplicatedDatabase.Builder builder = ReplicatedDatabase.builder(setup.path())
                    .name(setup.name())
                    .settings(setup.settings())
                    .threads(threads)
                    .lease(lease)
                    .listener(new EngineEvents(setup, events, Clock.systemUTC()));
            for (ReplicaSetup replica : setup.replicas()) {
                Replica made = new Replica(replica.name(), clients.create(replica));
                replicas.add(made);
                builder.replica(made, replica.settings());
            }
            listeners.forEach(builder::operations);
            customizers.forEach(customizer -> customizer.customize(setup.name(), builder));
            Clock clock = Clock.systemUTC();
            return new LitestreamDatabases.Entry(
                    setup,
                    List.copyOf(replicas),
                    builder.build(),
                    new RestoreLog(clock),
                    new Operations(setup.name(), listeners, clock),
                    clock.instant());
        } catch (RuntimeException e) {
            replicas.forEach(replica -> replica.client().close());
            throw e;
        }
    }

    /** Ends what the databases shared; after them. */
    @Override
    public void close() {
        threads.close();
        clients.close();
    }
}
