package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.LitestreamException;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replication.EngineThreads;
import io.litestream4j.replication.OneTimeReplication;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The replicated databases of the application, by name. The application's own DataSource is {@code main}. */
public final class LitestreamDatabases {

    private static final Logger LOG = LoggerFactory.getLogger(LitestreamDatabases.class);

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final EngineThreads threads = new EngineThreads();
    private final AtomicBoolean closedComplete = new AtomicBoolean();
    private volatile boolean deleteAfterClose;

    LitestreamDatabases(
            List<DatabaseSetup> setups, ReplicaClientFactory clients, List<ReplicatedDatabaseCustomizer> customizers) {
        for (DatabaseSetup setup : setups) {
            List<Replica> replicas = new ArrayList<>();
            ReplicatedDatabase.Builder builder = ReplicatedDatabase.builder(setup.path())
                    .name(setup.name())
                    .settings(setup.settings())
                    .threads(threads);
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
    record Entry(DatabaseSetup setup, List<Replica> replicas, ReplicatedDatabase database) {

        void start() {
            openLate();
            database.start();
        }

        void stop() {
            openLate();
            database.stop();
        }

        /** Returns whether everything is shipped, and deleted where that was asked for. */
        private boolean close(boolean deleting) {
            if (database.status().state() == ReplicationStatus.State.WAITING_FOR_DATABASE) {
                openLate();
            }
            database.close();
            boolean complete = database.hasShippedAll() && (!deleting || delete());
            replicas.forEach(replica -> replica.client().close());
            return complete;
        }

        private boolean delete() {
            try {
                new OneTimeReplication(setup.path(), replicas, setup.settings()).delete();
                return true;
            } catch (LitestreamException e) {
                LOG.error("Litestream: {}", e.getMessage());
                return false;
            }
        }

        /** A database that was made a moment ago may not have been seen yet: its first commits must be shipped as well. */
        void openLate() {
            try {
                database.open();
            } catch (LitestreamException e) {
                LOG.warn("Litestream: {} can't be replicated: {}", database.database(), e.getMessage());
            }
        }
    }

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

    /** Each database is deleted when it is closed, if a replica proves to hold all of it. */
    void deleteAfterClose() {
        deleteAfterClose = true;
    }

    /** Whether every database was on every replica when it was closed, and deleted if that was asked for. */
    boolean closedComplete() {
        return closedComplete.get();
    }

    /** The last sync of each, which needs the pools to be closed, and the end of all threads. */
    void close() {
        closedComplete.set(true);
        SideBySide.forEach(entries(), entry -> {
            if (!entry.close(deleteAfterClose)) {
                closedComplete.set(false);
            }
        });
        threads.close();
    }
}
