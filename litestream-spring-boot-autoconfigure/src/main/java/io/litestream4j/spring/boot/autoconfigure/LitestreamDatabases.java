package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.LitestreamException;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.OneTimeReplication;
import io.litestream4j.replication.Operations;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ReplicationStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicated databases of the application, by name. The application's own DataSource is {@code main}. Databases can
 * come and go while the application runs, such as one per tenant. Safe for use by several threads.
 */
public final class LitestreamDatabases {

    private static final Logger LOG = LoggerFactory.getLogger(LitestreamDatabases.class);

    private final EntryRegistry registry = new EntryRegistry();
    private final SetupResolver resolver;
    private final EntryFactory factory;
    private final Preparation preparation;
    private final Duration patience;
    private volatile boolean closedComplete;
    private volatile boolean deleteAfterClose;

    /** @param patience how long the end waits for databases that are being registered or unregistered meanwhile */
    LitestreamDatabases(SetupResolver resolver, EntryFactory factory, Preparation preparation, Duration patience) {
        this.resolver = resolver;
        this.factory = factory;
        this.preparation = preparation;
        this.patience = patience;
        try {
            resolver.resolve().forEach(setup -> registry.add(factory.create(setup)));
        } catch (RuntimeException e) {
            // a bean that can't be made is never destroyed: give back what is held
            close();
            throw e;
        }
    }

    /**
     * One database.
     *
     * @param setup what the properties say
     * @param replicas its replicas
     * @param database the engine for it
     * @param restores what was restored
     * @param operations tells of restores
     * @param madeAt when its replicas' clients were made
     */
    record Entry(
            DatabaseSetup setup,
            List<Replica> replicas,
            ReplicatedDatabase database,
            RestoreLog restores,
            Operations operations,
            Instant madeAt) {

        // the engine wants one caller at a time: a database may be unregistered while the application ends

        void start() {
            synchronized (database) {
                openLate();
                database.start();
            }
        }

        void stop() {
            synchronized (database) {
                if (database.status().state() != ReplicationStatus.State.STOPPED) {
                    openLate();
                    database.stop();
                }
            }
        }

        /** Returns whether everything is shipped, and deleted where that was asked for. */
        private boolean close(boolean deleting) {
            synchronized (database) {
                if (database.status().state() == ReplicationStatus.State.WAITING_FOR_DATABASE) {
                    openLate();
                }
                database.close();
                boolean complete = database.hasShippedAll() && (!deleting || delete());
                replicas.forEach(replica -> replica.client().close());
                return complete;
            }
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

    /** The names, in no particular order. */
    public Set<String> names() {
        return entries().stream().map(entry -> entry.setup().name()).collect(Collectors.toUnmodifiableSet());
    }

    /** The database of that name. */
    public Optional<ReplicatedDatabase> find(String name) {
        return registry.find(name).map(Entry::database);
    }

    /**
     * Takes care of one more database from now on, with one replica and what {@code litestream.*} says for all. See
     * {@link #register(String, LitestreamProperties.Database)}.
     *
     * @param name a name that no other database has; in status, metrics and logs
     * @param file the database's file; it needn't exist
     * @param replicaUrl a folder, {@code file:///folder} or {@code s3://bucket/path}; no other database has it
     */
    public ReplicatedDatabase register(String name, Path file, String replicaUrl) {
        LitestreamProperties.Database keys = new LitestreamProperties.Database();
        LitestreamProperties.Replica replica = new LitestreamProperties.Replica();
        keys.setPath(file.toString());
        replica.setUrl(replicaUrl);
        keys.getReplicas().put("replica", replica);
        return register(name, keys);
    }

    /**
     * Takes care of one more database from now on: restores it if its file is missing, by the same rules as at the start
     * of the application, and replicates it. Call it before anybody opens the file, and outside of transactions: it lasts
     * as long as the restore.
     *
     * @param name a name that no other database has
     * @param keys what could stand in the configuration below {@code litestream.databases.<name>}; path and replicas must
     * @throws LitestreamStartException when a key, the file or the backup doesn't allow it; nothing is left behind
     * @throws IllegalStateException when the application is ending
     */
    public ReplicatedDatabase register(String name, LitestreamProperties.Database keys) {
        DatabaseSetup setup = resolver.resolve(name, keys);
        registry.reserve(setup);
        Entry entry = null;
        try {
            entry = factory.create(setup);
            String outcome = preparation.prepare(entry);
            registry.publish(entry);
            LOG.info("Litestream: {} {}; registered as {}", setup.path(), outcome, name);
            return entry.database();
        } catch (RuntimeException e) {
            giveUp(entry, e);
            registry.forget(name);
            throw e;
        }
    }

    private void giveUp(@Nullable Entry entry, RuntimeException reason) {
        try {
            if (entry != null) {
                boolean ignored = close(entry, false);
            }
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    /** What became of a database that is unregistered. */
    public enum Unregistered {
        /** Every replica has everything that was committed. */
        REPLICATED,
        /** Not every replica has everything: the newest commits may be in the local file only, so keep it. */
        NOT_REPLICATED,
        /** There is no database of that name, or the application has ended. */
        UNKNOWN
    }

    /**
     * Ceases to take care of a database: ships what is committed, for at most {@code litestream.shutdown-timeout}, and
     * forgets it. Its file and its replicas stay as they are. Close every connection to it before.
     */
    public Unregistered unregister(String name) {
        Optional<Entry> entry = registry.remove(name);
        if (entry.isEmpty()) {
            return Unregistered.UNKNOWN;
        }
        try {
            return close(entry.get(), false) ? Unregistered.REPLICATED : Unregistered.NOT_REPLICATED;
        } finally {
            registry.forget(name);
        }
    }

    /** All of them, for those who show them. */
    public List<DatabaseView> views() {
        return entries().stream().map(DatabaseView::new).toList();
    }

    /** The names of those that are being restored now, and aren't shown among the others yet. */
    public Set<String> beingRestored() {
        return registry.underPreparation();
    }

    /** Tells of every database that is there, and of each that comes or goes. */
    public void watch(Watcher watcher) {
        registry.listen(new EntryRegistry.Listener() {

            @Override
            public void added(Entry entry) {
                watcher.added(new DatabaseView(entry));
            }

            @Override
            public void removed(Entry entry) {
                watcher.removed(new DatabaseView(entry));
            }
        });
    }

    /** Is told of databases that come and go while the application runs. */
    public interface Watcher {

        /** It is replicated from now on. */
        void added(DatabaseView database);

        /** It is replicated no longer. */
        void removed(DatabaseView database);
    }

    List<Entry> entries() {
        return registry.entries();
    }

    EntryRegistry registry() {
        return registry;
    }

    boolean isReplicating() {
        return preparation.isReplicating();
    }

    /** Makes one ready before anybody opens it; says in one sentence what was done. */
    String prepare(Entry entry) {
        return preparation.prepare(entry);
    }

    /** Replicates all of them, and each that comes later. */
    void start() {
        if (isReplicating()) {
            registry.start();
        }
    }

    void stop() {
        SideBySide.forEach(registry.stop(), Entry::stop);
    }

    /** Each database is deleted when the application ends, if a replica proves to hold all of it. */
    void deleteAfterClose() {
        deleteAfterClose = true;
    }

    /** Whether every database was on every replica when it was closed, and deleted if that was asked for. */
    boolean closedComplete() {
        return closedComplete;
    }

    /** The last sync of each, which needs the pools to be closed, and the end of all threads. */
    void close() {
        Optional<List<Entry>> last = registry.close();
        if (last.isPresent()) {
            // counted, not assumed: what throws, or isn't waited for, is not complete
            AtomicInteger complete = new AtomicInteger();
            SideBySide.forEach(last.get(), entry -> {
                if (close(entry, deleteAfterClose)) {
                    complete.incrementAndGet();
                }
            });
            closedComplete = complete.get() == last.get().size();
            awaitUnderWay();
        }
        factory.close();
    }

    /** One that is being unregistered ships on threads and by a client that end here. */
    private void awaitUnderWay() {
        Set<String> left = registry.awaitUnderWay(patience);
        if (!left.isEmpty()) {
            LOG.warn("Litestream: the application ends while databases are being registered or unregistered: {}", left);
        }
    }

    private boolean close(Entry entry, boolean deleting) {
        try {
            return entry.close(deleting);
        } finally {
            preparation.release(entry.setup().path());
        }
    }
}
