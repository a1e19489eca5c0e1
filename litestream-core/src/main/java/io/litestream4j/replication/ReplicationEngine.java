package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.database.CheckpointStatistics;
import io.litestream4j.database.LocalState;
import io.litestream4j.database.SealOutcome;
import io.litestream4j.database.ShadowExtent;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.database.SourceDatabaseOpener;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replication.ReplicationStatus.GenerationStart;
import io.litestream4j.replication.ReplicationStatus.Looks;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.ReplicationStatus.State;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the monitor and the workers of one database share: the open database, the state for the outside, and what a
 * change of generation means for everybody. Thread-safe.
 */
final class ReplicationEngine implements ReplicationContext {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicationEngine.class);

    private final String name;
    private final Path database;
    private final ReplicationSettings settings;
    private final List<ReplicationListener> listeners;
    private final Operations operations;
    private final EngineThreads threads;
    private final Clock clock;
    private final SourceDatabaseOpener opener;
    private final List<ReplicaWorker> workers = new ArrayList<>();
    private final Confirmations confirmations = new Confirmations();
    private final SealLog seals = new SealLog();
    private final BlockedSeals blockedSeals;
    private final SealRequests sealRequests = new SealRequests();
    private final ShadowPruning pruning;
    private final Set<Generation> begunHere = new HashSet<>();
    private final AtomicReference<@Nullable Position> announced = new AtomicReference<>();

    private volatile @Nullable SourceDatabase source;
    private volatile State state = State.STOPPED;
    private volatile @Nullable String detail;
    private volatile @Nullable String problem;
    private volatile @Nullable Instant problemSince;
    private volatile @Nullable GenerationStart lastGeneration;
    private volatile Looks looks = Looks.NONE;
    private volatile FileSizes sizes = FileSizes.NONE;
    private boolean everOpened;

    ReplicationEngine(ReplicatedDatabase.Builder builder) {
        this.name = builder.name;
        this.database = builder.database;
        this.settings = builder.settings;
        this.listeners = List.copyOf(builder.listeners);
        this.operations = new Operations(builder.name, builder.operationListeners, builder.clock);
        this.threads = builder.threads();
        this.clock = builder.clock;
        this.opener = new SourceDatabaseOpener(database, settings.metaPath(), settings.busyTimeout());
        LocalState local = LocalState.of(database, settings.metaPath());
        builder.replicas.forEach((replica, replicaSettings) -> workers.add(new ReplicaWorker(
                new ReplicaLease(replica, builder.lease, new LocalLeaseOwner(local), clock), replicaSettings, this)));
        this.blockedSeals = new BlockedSeals(name, settings.maxCheckpointPageCount());
        this.pruning = new ShadowPruning(name, settings.maxPendingSize(), workers);
    }

    String name() {
        return name;
    }

    List<ReplicaWorker> workers() {
        return workers;
    }

    Confirmations confirmations() {
        return confirmations;
    }

    /** The open database, opened now if it isn't and can be; null while there is nothing to replicate. */
    synchronized @Nullable SourceDatabase openIfPossible() throws IOException, SQLException {
        if (source != null || state == State.FENCED) {
            return source;
        }
        if (!opener.databaseExists()) {
            if (everOpened) {
                throw new NoSuchFileException(
                        database.toString(),
                        null,
                        "the database's file was deleted while the application runs: restart the application");
            }
            setState(State.WAITING_FOR_DATABASE, database.getFileName() + " doesn't exist yet");
            return null;
        }
        SourceDatabase opened = opener.open();
        if (opened == null) {
            setState(State.STANDBY, "another process or application context replicates this database");
            return null;
        }
        source = opened;
        everOpened = true;
        Position position = opened.position();
        if (position != null) {
            LOG.info("{}: generation {} goes on at {}", name, position.generation(), position);
            confirmations.began(position.generation());
        }
        setState(State.REPLICATING, null);
        return opened;
    }

    /**
     * Lets go of a file that is not the database any more; the one that took its place is opened at the next look.
     *
     * @return whether it isn't
     */
    boolean letGoIfReplaced(SourceDatabase open) throws IOException {
        return open.wasReplaced() && letGo(open);
    }

    private synchronized boolean letGo(SourceDatabase open) {
        if (source == open) {
            String reason = "the database's file was deleted or replaced while the application runs";
            LOG.error(
                    "{}: {}; connections that are open still write to the old file, which is lost when they close:"
                            + " restart the application",
                    name,
                    reason);
            open.breakGeneration(reason);
            open.close();
            source = null;
            confirmations.historyEnded();
            monitorWake.run();
        }
        return true;
    }

    /** Ends the use of the database; the clean-shutdown record is written if it is sealed. */
    synchronized void closeSource() {
        SourceDatabase open = source;
        if (open != null) {
            open.close();
            source = null;
        }
    }

    SealOutcome seal(SourceDatabase open, Duration pause) throws IOException, SQLException {
        CheckpointStatistics before = opener.checkpoints();
        long began = System.nanoTime();
        SealOutcome outcome = null;
        try {
            outcome = operations.run(Operation.Kind.SEAL, null, report -> open.seal(pause));
            seals.add(outcome);
            blockedSeals.tried(outcome.result(), open.frames(), open.walSize(), now());
            return outcome;
        } finally {
            SealTrial trial = new SealTrial(
                    outcome == null ? null : outcome.result(),
                    Duration.ofNanos(System.nanoTime() - began),
                    Duration.ofNanos(outcome == null ? 0 : outcome.lockNanos()),
                    opener.checkpoints().since(before));
            notify(listener -> listener.sealTried(trial));
        }
    }

    boolean beginGeneration(SourceDatabase open, Duration pause, boolean sealed) throws IOException, SQLException {
        return operations.run(Operation.Kind.SEAL, null, report -> open.beginGeneration(pause, sealed));
    }

    /** Copies what was committed; returns whether anything was. */
    boolean copy(SourceDatabase open) throws IOException, SQLException {
        return operations.run(Operation.Kind.SYNC, null, report -> open.sync());
    }

    void generationBegun(SourceDatabase open) {
        Position position = open.position();
        if (position == null) {
            return;
        }
        String reason = open.brokenReason();
        synchronized (begunHere) {
            begunHere.add(position.generation());
        }
        lastGeneration = new GenerationStart(reason, now());
        LOG.info("{}: new generation {}: {}", name, position.generation(), reason);
        // before anybody is woken: its snapshot is told of after it
        notify(l -> l.generationStarted(position.atOffset(0), reason));
        confirmations.began(position.generation());
        framesCopied();
    }

    /** Somebody waits for what was copied. */
    void wakeWorkers() {
        Instant now = now();
        workers.forEach(worker -> worker.framesCopied(now));
    }

    void framesCopied() {
        wakeWorkers();
        SourceDatabase open = source;
        Position position = open == null ? null : open.position();
        if (position != null && !position.equals(announced.getAndSet(position))) {
            notify(l -> l.positionChanged(position));
        }
    }

    /** Keeps the shadow WAL within its limit. */
    void prune(SourceDatabase open) throws IOException {
        pruning.prune(open, this);
    }

    @Override
    public synchronized void foreignWriter(Generation generation, String reason) {
        SourceDatabase open = source;
        Position position = open == null ? null : open.position();
        if (open != null && position != null && position.generation().equals(generation)) {
            open.forgetGeneration();
            fail(reason);
        }
    }

    /** Ends replication of this database until a person has looked. */
    synchronized void fail(String reason) {
        LOG.error("{}: replication ends: {}", name, reason);
        setState(State.FENCED, reason);
        SourceDatabase open = source;
        if (open != null) {
            open.breakGeneration(reason);
            open.close();
            source = null;
        }
    }

    SealRequests sealRequests() {
        return sealRequests;
    }

    /** The local work goes wrong; null: it goes well. */
    void problem(@Nullable String message) {
        if (message == null) {
            problemSince = null;
        } else if (problemSince == null) {
            problemSince = now();
        }
        problem = message;
    }

    void setState(State newState, @Nullable String newDetail) {
        if (state != newState) {
            LOG.info(
                    "{}: {}{}",
                    name,
                    newState.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                    newDetail == null ? "" : ", " + newDetail);
        }
        state = newState;
        detail = newDetail;
    }

    State state() {
        return state;
    }

    /** @param stopped whether nobody watches the database or ships what it has */
    ReplicationStatus status(boolean stopped) {
        SourceDatabase open = source;
        State known = state;
        ShadowExtent extent = open == null ? ShadowExtent.NONE : open.extent();
        List<ReplicaStatus> replicas = new ArrayList<>();
        workers.forEach(worker -> replicas.add(worker.status(extent)));
        return new ReplicationStatus(
                database,
                stopped && known == State.REPLICATING ? State.STOPPED : known,
                problem != null ? problem : detail,
                problemSince,
                extent.position(),
                sizes.database(),
                sizes.wal(),
                extent.size(),
                extent.copiedBytes(),
                lastGeneration,
                seals.statistics(blockedSeals.since()),
                opener.checkpoints(),
                looks,
                operations.running(),
                List.copyOf(replicas));
    }

    /** The monitor begins to look at the database. */
    void lookBegins() {
        Instant now = now();
        looks = new Looks(looks.firstAt() == null ? now : looks.firstAt(), looks.lastEndedAt(), now, null);
    }

    /**
     * The monitor has looked. Sizes are asked here, by who may hang: a status must answer while a file system doesn't.
     *
     * @param delay nanoseconds until it looks again
     */
    void lookEnded(long delay) {
        sizes = FileSizes.of(database);
        Instant now = now();
        looks = new Looks(looks.firstAt(), now, null, delay == RepeatingTask.WHEN_WOKEN ? null : now.plusNanos(delay));
    }

    /** Whether replicas don't know yet of what is copied. */
    boolean isUnannounced(@Nullable Position position) {
        return position != null && !position.equals(announced.get());
    }

    /** Copies the WAL's tail; the position that contains everything committed before, null without a generation. */
    @Nullable
    Position sync() {
        SourceDatabase open = source;
        if (open == null) {
            throw new LitestreamException(name + " is not being replicated: "
                    + state.name().toLowerCase(java.util.Locale.ROOT) + (detail == null ? "" : ", " + detail));
        }
        try {
            // else a commit to another file would count as safe as soon as the old file's position is
            if (letGoIfReplaced(open)) {
                return null;
            }
            if (copy(open)) {
                framesCopied();
            }
            return open.position();
        } catch (IOException | SQLException e) {
            throw new LitestreamException(name + ": " + e.getMessage(), e);
        }
    }

    // what the workers need

    @Override
    public EngineThreads threads() {
        return threads;
    }

    @Override
    public @Nullable SourceDatabase source() {
        return source;
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public boolean hasWaiters() {
        return confirmations.hasWaiters();
    }

    @Override
    public boolean beganHere(Generation generation) {
        synchronized (begunHere) {
            return begunHere.contains(generation);
        }
    }

    @Override
    public void breakGeneration(@Nullable Generation generation, String reason) {
        SourceDatabase open = source;
        Position position = open == null ? null : open.position();
        if (open != null && position != null && position.generation().equals(generation)) {
            LOG.warn("{}: generation {} can't go on: {}", name, generation, reason);
            open.breakGeneration(reason);
            monitorWake.run();
        }
    }

    @Override
    public void requestSeal() {
        sealRequests.exactImage();
        monitorWake.run();
    }

    @Override
    public void requestIndexAfter(Position index) {
        sealRequests.endOf(index);
        monitorWake.run();
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNanos) throws InterruptedException {
        return confirmations.await(condition, timeoutNanos, this::wakeWorkers);
    }

    @Override
    public Path metaPath() {
        return opener.metaPath();
    }

    private volatile Runnable monitorWake = () -> {};

    void onMonitorWanted(Runnable wake) {
        monitorWake = wake;
    }

    @Override
    public void confirmed() {
        confirmations.changed();
    }

    @Override
    public Operations operations() {
        return operations;
    }

    @Override
    public void notify(Consumer<ReplicationListener> call) {
        listeners.forEach(listener -> notify(listener, call));
    }

    @SuppressWarnings("CatchingUnchecked")
    private void notify(ReplicationListener listener, Consumer<ReplicationListener> call) {
        try {
            call.accept(listener);
        } catch (Exception e) {
            LOG.warn("{}: a listener threw {}", name, e.toString());
        }
    }
}
