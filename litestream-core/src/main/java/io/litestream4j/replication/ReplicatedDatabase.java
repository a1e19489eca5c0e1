package io.litestream4j.replication;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.database.LocalState;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.io.RealPaths;
import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.lease.Leases;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ReplicationStatus.State;
import io.litestream4j.restore.RestoreRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A SQLite database whose every commit is shipped to its replicas while the application uses it.
 *
 * <p>Open it before the application opens the database, start it when the application runs, and close it after the
 * application has closed its last connection: then the next run goes on with the same generation. Trouble with a
 * replica is never thrown; it is in the {@linkplain #status() status} and ends by itself. Thread-safe, but for
 * {@code open}, {@code start}, {@code stop} and {@code close}, which one thread calls.
 *
 * <pre>{@code
 * Replica replica = new Replica("backup", new FileReplicaClient(Path.of("/backup/app")));
 * try (ReplicatedDatabase database = ReplicatedDatabase.builder(Path.of("app.db"))
 *         .replica(replica, ReplicaSettings.defaults())
 *         .build()) {
 *     database.open();
 *     database.start();
 *     // use app.db with JDBC
 *     Position position = database.sync();
 *     database.awaitReplicated(position, Duration.ofSeconds(10));
 * }
 * }</pre>
 */
public final class ReplicatedDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedDatabase.class);

    private final ReplicationEngine engine;
    private final Monitor monitor;
    private final ReplicationSettings settings;
    private final Path database;
    private final boolean ownsThreads;
    private final EngineStop stop;
    private final OnDemand onDemand;
    private final Leases leases;

    private volatile boolean started;
    private boolean everStarted;
    private boolean closed;
    private long shutdownNanosUsed;
    private volatile boolean shippedAll;

    private ReplicatedDatabase(Builder builder) {
        this.settings = builder.settings;
        this.database = builder.database;
        this.ownsThreads = builder.threads == null;
        this.engine = new ReplicationEngine(builder);
        this.monitor = new Monitor(engine, settings);
        this.stop = new EngineStop(engine, monitor);
        this.onDemand = new OnDemand(engine, database);
        this.leases =
                new Leases(engine.workers().stream().map(ReplicaWorker::lease).toList(), builder.lease.onConflict());
        engine.onMonitorWanted(() -> monitor.task().wakeWithin(0));
    }

    /** A builder for the database in a file, which need not exist yet. */
    public static Builder builder(Path database) {
        return new Builder(RealPaths.of(database));
    }

    /** The database's file. */
    public Path database() {
        return database;
    }

    /**
     * Opens the database, if its file exists: takes the lock that makes this the only replicator, switches to WAL mode
     * and pins the WAL. Call it before anybody else opens the database. If the file doesn't exist or is empty, it is
     * opened when it has appeared; if another process or context replicates it, this one stands by and takes over when
     * that one ends. Idempotent.
     *
     * @throws io.litestream4j.NotADatabaseException when the file is something else
     * @throws DatabaseAccessException when it, or the folder of the shadow WAL, can't be used
     * @throws io.litestream4j.UnsafeSqliteVersionException when the SQLite library could damage it
     */
    public void open() {
        requireNotClosed();
        SourceDatabase ignored = onEngineThread(engine::openIfPossible);
    }

    /**
     * The leases of its replicas. Taken before a database is restored or used, they keep two instances from writing beside
     * each other; otherwise each is taken before the first upload. Take them only while this instance has the right to
     * replicate: in {@link InPlaceRestore#ifMissing(RestoreRequest, Leases)}, or when {@link #isOpen()}.
     */
    public Leases leases() {
        return leases;
    }

    /** Whether the database is open here, so that no other process or context replicates it. */
    public boolean isOpen() {
        return engine.source() != null;
    }

    /** Begins to watch and to ship; may be called again after {@link #stop()}. */
    public void start() {
        requireNotClosed();
        if (!started) {
            started = true;
            everStarted = true;
            shutdownNanosUsed = 0;
            startTasks();
        }
    }

    private void startTasks() {
        engine.workers().forEach(ReplicaWorker::start);
        monitor.task().start();
    }

    /** Ships what is committed, for at most the shutdown timeout, and ceases to watch. The WAL stays pinned. */
    public void stop() {
        if (started) {
            flush();
            stop.halt();
            started = false;
        }
    }

    /** A commit happened: look at the WAL now. Never blocks and never throws. */
    public void wake() {
        monitor.task().wakeWithin(0);
    }

    /**
     * Copies what is committed.
     *
     * @return a position that contains every commit that ended before this call
     * @throws LitestreamException when the database is not being replicated
     */
    public Position sync() {
        requireNotClosed();
        Position position = onEngineThread(this::openAndSync);
        if (position != null) {
            return position;
        }
        return awaitNextGeneration();
    }

    /** The monitor may not have seen yet that the database was made. */
    private @Nullable Position openAndSync() throws IOException, SQLException {
        if (engine.state() == State.WAITING_FOR_DATABASE) {
            SourceDatabase ignored = engine.openIfPossible();
        }
        return engine.sync();
    }

    /** The snapshot with which the next generation begins contains everything that is committed now. */
    private Position awaitNextGeneration() {
        Generation before = engine.confirmations().newest();
        try {
            engine.confirmations()
                    .await(
                            () -> hasGenerationAfter(before),
                            settings.busyTimeout().plusSeconds(1).toNanos(),
                            this::wake);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Generation now = engine.confirmations().newest();
        if (now == null || now.equals(before)) {
            throw new LitestreamException(
                    engine.name() + ": a new generation is about to begin, readers or writers keep it"
                            + " from doing so; what is committed is safe on the local disk only");
        }
        return new Position(now, 0, 0);
    }

    private boolean hasGenerationAfter(@Nullable Generation before) {
        Generation now = engine.confirmations().newest();
        return now != null && !now.equals(before);
    }

    /**
     * Waits until a replica has everything up to a position; wakes its upload at once. Many waiters share one upload.
     *
     * @return whether it has; false when the time is over, or other instances have taken every replica over
     */
    public boolean awaitReplicated(Position position, Duration timeout) throws InterruptedException {
        awaitReplicas(
                workers -> isOnSomeReplica(position)
                        || workers.allMatch(worker -> worker.progress().isFenced()),
                timeout.toNanos());
        return isOnSomeReplica(position);
    }

    private boolean isOnSomeReplica(Position position) {
        return engine.workers().stream().anyMatch(worker -> hasConfirmed(worker, position));
    }

    private boolean isOnEveryReplica(Position position) {
        return engine.workers().stream().allMatch(worker -> hasConfirmed(worker, position));
    }

    private boolean hasConfirmed(ReplicaWorker worker, Position position) {
        return engine.confirmations().contains(worker.confirmed(), position);
    }

    /** Waits until what is wanted of the replicas is so, or can't become so any more. */
    private void awaitReplicas(Predicate<Stream<ReplicaWorker>> ended, long nanos) throws InterruptedException {
        boolean ignored =
                engine.confirmations().await(() -> ended.test(engine.workers().stream()), nanos, engine::wakeWorkers);
    }

    /**
     * Copies what is committed and waits until every replica has it.
     *
     * @return whether every replica has it; false when the time is over, or another instance has taken one of them over
     */
    public boolean syncAll(Duration timeout) throws InterruptedException {
        Position position = sync();
        awaitReplicas(
                workers -> isOnEveryReplica(position)
                        || workers.anyMatch(worker -> worker.progress().isFenced()),
                timeout.toNanos());
        return isOnEveryReplica(position);
    }

    /**
     * Writes a snapshot of the database as it is now, or a little later, to every replica. Writers go on meanwhile.
     *
     * @return whether every replica has it; false when the time is over, or readers keep the WAL from being sealed
     */
    public boolean snapshot(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Position from = sync();
        Position index = onDemand.beginIndexAfter(from, timeout);
        if (index == null) {
            return false;
        }
        engine.workers().forEach(worker -> worker.snapshots().request(index));
        return engine.confirmations()
                .await(
                        () -> engine.workers().stream()
                                .allMatch(worker -> worker.snapshots().hasWritten(index)),
                        deadline - System.nanoTime(),
                        engine::wakeWorkers);
    }

    /**
     * Ends the current WAL index, as a checkpoint does that moves everything into the database file. The next commit
     * begins the next index. Where nobody has committed since the last time there is nothing to do, and nothing is done.
     *
     * @return whether everything that was committed before this call is in the database file; false when readers or
     *     writers were in the way for all that time
     */
    public boolean seal(Duration timeout) throws InterruptedException {
        return onDemand.seal(sync(), timeout);
    }

    /**
     * Sums the database at the end of a WAL index, as Litestream does. What was committed last is sealed for it; an idle
     * database is summed as it stands.
     *
     * @throws LitestreamException when readers or writers keep the WAL from being sealed for that time
     */
    public DatabaseChecksum checksum(Duration timeout) throws InterruptedException {
        Position ignored = sync();
        return onDemand.checksum(timeout);
    }

    /**
     * Restores a replica to a temporary file and compares it with the database. The result is in the status, too.
     *
     * @param timeout for the whole; a restore that takes longer goes on, and its result is in the status later
     * @throws IllegalArgumentException when there is no replica of that name
     * @throws LitestreamException when it isn't done in time, or nothing is being replicated
     */
    public ValidationResult validate(String replica, Duration timeout) throws InterruptedException {
        Position ignored = sync();
        return onDemand.validate(replica, timeout);
    }

    /** As {@link #validate(String, Duration)}, one replica after the other; results by the replicas' names. */
    public Map<String, ValidationResult> validate(Duration timeout) throws InterruptedException {
        Position ignored = sync();
        return onDemand.validateAll(timeout);
    }

    /**
     * Deletes from every replica what its retention doesn't ask for any longer, as is done by the clock; results by the
     * replicas' names. A snapshot that becomes due is stored afterwards.
     *
     * @throws LitestreamException when a replica isn't being fed, or can't be listed or deleted from; those before it
     *     are done
     */
    public Map<String, RetentionResult> enforceRetention() throws InterruptedException {
        requireNotClosed();
        return onDemand.enforceRetention();
    }

    /** Its replicas, in the order in which they were added. */
    public List<Replica> replicas() {
        return engine.workers().stream().map(ReplicaWorker::replica).toList();
    }

    /** What is known now. Never waits: neither for a replica nor for work on the local disk that hangs. */
    public ReplicationStatus status() {
        // an open database whose WAL is pinned, but which nobody watches or ships, is not being replicated
        return engine.status(!started);
    }

    /**
     * Ships what is committed, within what {@link #stop()} has left of the shutdown timeout; seals the WAL, leaves the
     * record of a clean shutdown, and ends our connections. Call it after every other connection of this process has
     * closed. Never throws because of a replica. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (everStarted) {
            if (!started) {
                startTasks();
            }
            flush();
        }
        stop.halt();
        stop.releaseLeases();
        boolean ignored = onEngineThread(() -> {
            stop.lastSeal();
            engine.closeSource();
            return true;
        });
        if (engine.state() != State.FENCED) {
            engine.setState(State.STOPPED, null);
        }
        closed = true;
        if (ownsThreads) {
            engine.threads().close();
        }
    }

    /** A database that appeared since the last look is shipped too. */
    private boolean openAtTheEnd() {
        try {
            return onEngineThread(engine::openIfPossible) != null;
        } catch (LitestreamException e) {
            LOG.warn("{}: {}", engine.name(), e.getMessage());
            return false;
        }
    }

    /** Whether every replica had everything when {@link #stop} or {@link #close} last shipped what was committed. */
    public boolean hasShippedAll() {
        return shippedAll;
    }

    private void flush() {
        shippedAll = false;
        if (!openAtTheEnd()) {
            return;
        }
        long begun = System.nanoTime();
        long left = Math.max(0, settings.shutdownTimeout().toNanos() - shutdownNanosUsed);
        try {
            shippedAll = shipAll(left);
            if (!shippedAll) {
                stop.logUnshipped();
            }
        } catch (LitestreamException e) {
            LOG.warn("{}: {}", engine.name(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop.logUnshipped();
        }
        shutdownNanosUsed += System.nanoTime() - begun;
    }

    /** As {@link #syncAll}, but a replica that another instance writes isn't waited for. */
    private boolean shipAll(long nanos) throws InterruptedException {
        Position position = sync();
        awaitReplicas(
                workers ->
                        workers.allMatch(worker -> worker.progress().isOfAnother() || hasConfirmed(worker, position)),
                nanos);
        return isOnEveryReplica(position);
    }

    private <T extends @Nullable Object> T onEngineThread(Callable<T> work) {
        try {
            return engine.threads().call(work);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new DatabaseAccessException(
                    database,
                    "can't be used for replication: " + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    e.getCause());
        }
    }

    /** Both have a folder {@code generations}: one would be taken for the other, and cleaned up as such. */
    static void requireApart(Path meta, Collection<Replica> replicas) {
        for (Replica replica : replicas) {
            if (replica.client().isIn(meta)) {
                throw new IllegalArgumentException(
                        "%s is in %s, which is the folder of the local state: set another meta-path, or another folder for the replica"
                                .formatted(replica, meta));
            }
        }
    }

    private void requireNotClosed() {
        if (closed) {
            throw new IllegalStateException(engine.name() + " is closed");
        }
    }

    /** Collects what a replicated database needs; each method is named after what it sets. */
    public static final class Builder {

        final Path database;
        final Map<Replica, ReplicaSettings> replicas = new LinkedHashMap<>();
        final List<ReplicationListener> listeners = new ArrayList<>();
        String name;
        ReplicationSettings settings = ReplicationSettings.defaults();
        final List<OperationListener> operationListeners = new ArrayList<>();
        Clock clock = Clock.systemUTC();
        LeaseSettings lease = LeaseSettings.defaults();

        @Nullable
        EngineThreads threads;

        private Builder(Path database) {
            this.database = database;
            this.name = String.valueOf(database.getFileName());
        }

        /** Name in logs; the file's name if none is set. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Adds a replica. Its client is closed by the caller, after the database. */
        public Builder replica(Replica replica, ReplicaSettings replicaSettings) {
            if (replicas.keySet().stream().anyMatch(r -> r.name().equals(replica.name()))) {
                throw new IllegalArgumentException("two replicas are named \"" + replica.name() + "\"");
            }
            replicas.put(replica, replicaSettings);
            return this;
        }

        public Builder settings(ReplicationSettings value) {
            settings = value;
            return this;
        }

        /** Adds a listener; each of them hears everything, in the order in which they were added. */
        public Builder listener(ReplicationListener value) {
            listeners.add(value);
            return this;
        }

        /** Threads shared with other databases; without this the database has its own. */
        public Builder threads(EngineThreads value) {
            threads = value;
            return this;
        }

        /** Whether, and for how long, this instance keeps each replica for itself; 30 s unless set. */
        public Builder lease(LeaseSettings value) {
            lease = value;
            return this;
        }

        /** Where times in the status come from. */
        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** Adds what hears of each operation when it begins and ends. */
        public Builder operations(OperationListener value) {
            operationListeners.add(value);
            return this;
        }

        EngineThreads threads() {
            return threads != null ? threads : new EngineThreads();
        }

        /**
         * The database; nothing is opened or started.
         *
         * @throws IllegalArgumentException when a replica is in the folder of the local state
         */
        public ReplicatedDatabase build() {
            requireApart(LocalState.of(database, settings.metaPath()).meta(), replicas.keySet());
            return new ReplicatedDatabase(this);
        }
    }
}
