package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.database.GenerationBrokenException;
import io.litestream4j.database.ShadowExtent;
import io.litestream4j.database.ShadowSegment;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.io.ContentDamagedException;
import io.litestream4j.lease.HeldGenerations;
import io.litestream4j.lease.LeaseHeldException;
import io.litestream4j.lease.LeaseLostException;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replica.ObjectExistsException;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds one replica: a first snapshot of each generation, then everything that the shadow WAL has beyond the replica's
 * position as one segment, again and again. While an upload is under way frames gather; the next upload takes them all.
 *
 * <p>The step never throws and never gives up: after an error it comes back by the clock. What a replica confirmed is
 * kept in memory, so an idle database causes no request.
 */
final class ReplicaWorker {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaWorker.class);

    private static final long LEAST_LEASE_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_LEASE_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Replica replica;
    private final ReplicaLease lease;
    private final ReplicationContext context;
    private final ReplicaUploads uploads;
    private final OwnUploads ownUploads = new OwnUploads();
    private final ReplicaProgress progress = new ReplicaProgress();
    private final UploadPace pace;
    private final RepeatingTask task;
    private final FirstSnapshot first;
    private final SnapshotTask snapshots;
    private final ReplicaMaintenance maintenance;

    // touched by the task alone
    private @Nullable ShadowSegment inFlight;
    private boolean probed;
    private boolean roundOver = true;

    /** Whether the storage did something in this step: a step that only waits proves nothing about it. */
    private boolean answered;

    ReplicaWorker(ReplicaLease lease, ReplicaSettings settings, ReplicationContext context) {
        this.lease = lease;
        this.replica = lease.replica();
        this.pace = new UploadPace(settings.syncInterval());
        this.context = context;
        this.uploads = new ReplicaUploads(lease);
        this.task = new RepeatingTask(context.threads(), EngineThreads.Kind.REPLICA, this::step);
        this.first = new FirstSnapshot(lease, uploads, context, () -> task.wakeWithin(0), this::firstSnapshotStored);
        this.snapshots = new SnapshotTask(this, uploads, context, settings);
        this.maintenance = new ReplicaMaintenance(lease, settings, this, context);
    }

    void start() {
        task.start();
        snapshots.start();
        maintenance.start();
    }

    /** Ends the repetition; returns when a run that is under way has ended, or the time is over. */
    void halt(long timeoutNanos) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutNanos;
        maintenance.halt(0);
        task.halt(timeoutNanos);
        snapshots.halt(deadline - System.nanoTime());
        maintenance.halt(deadline - System.nanoTime());
    }

    SnapshotTask snapshots() {
        return snapshots;
    }

    ReplicaMaintenance maintenance() {
        return maintenance;
    }

    ReplicaProgress progress() {
        return progress;
    }

    String name() {
        return replica.name();
    }

    Replica replica() {
        return replica;
    }

    ReplicaLease lease() {
        return lease;
    }

    /** Everything before this position of the current generation is safe; null before the first confirmation. */
    @Nullable
    Position confirmed() {
        return progress.confirmed();
    }

    /** The position from which this replica may still need the shadow WAL of a generation; null when it needs none. */
    @Nullable
    Position needs(Generation current) {
        return progress.needs(current, context.beganHere(current));
    }

    OwnUploads ownUploads() {
        return ownUploads;
    }

    /** New frames were copied: ship them when the sync interval allows it. */
    void framesCopied(Instant now) {
        progress.framesCopied(now);
        wake();
    }

    /** Somebody needs what is copied to be shipped. */
    void wake() {
        task.wakeWithin(delayBeforeRound());
    }

    private long delayBeforeRound() {
        return pace.delay(context.hasWaiters() || snapshots.needsSegments());
    }

    @SuppressWarnings("CatchingUnchecked")
    private long step() {
        answered = false;
        try {
            long delay = feed();
            if (answered) {
                succeeded();
            }
            return delay;
        } catch (ObjectExistsException | ContentDamagedException | ReplicaCheck.DivergedException e) {
            broken(String.valueOf(e.getMessage()));
            return 0;
        } catch (GenerationBrokenException e) {
            broken(e.reason());
            return 0;
        } catch (LeaseLostException e) {
            fenced(e);
            return RepeatingTask.WHEN_WOKEN;
        } catch (LeaseHeldException e) {
            return waitsForLease(e);
        } catch (Exception e) {
            return failed(e);
        }
    }

    private void broken(String reason) {
        context.breakGeneration(progress.generation(), reason);
        beginGeneration(null);
    }

    private long feed() throws IOException, SQLException, GenerationBrokenException {
        SourceDatabase source = context.source();
        Position position = source == null ? null : source.position();
        if (source == null || position == null || progress.isFenced()) {
            return RepeatingTask.WHEN_WOKEN;
        }
        if (!position.generation().equals(progress.generation())) {
            beginGeneration(position.generation());
        }
        if (progress.next() == null) {
            probeOnce();
            lease.requireHeld();
            requireOwnHistory(position.generation());
            Found found = look(source, position);
            if (found == Found.NOTHING_YET) {
                return TimeUnit.SECONDS.toNanos(1);
            }
        }
        try {
            return ship(source);
        } finally {
            roundOver = true;
        }
    }

    /** What the probe says is for a person. It isn't repeated: a storage may refuse it, and do all that is needed. */
    private void probeOnce() throws IOException {
        if (!probed) {
            probed = true;
            context.operations().run(Operation.Kind.LOOK, replica.name(), report -> {
                replica.client().probe();
                return replica;
            });
            answered = true;
        }
    }

    private enum Found {
        BASE,
        NOTHING_YET
    }

    /** Finds out from where to ship, by what the replica holds or by a snapshot. */
    private Found look(SourceDatabase source, Position position)
            throws IOException, SQLException, GenerationBrokenException {
        if (progress.mayHoldSome() || first.mayBeStoredBefore(position)) {
            ReplicaCheck check = new ReplicaCheck(
                    replica.client(),
                    source,
                    position.generation(),
                    other -> lease.supersedes(position.generation(), other));
            ReplicaCheck.Found found = context.operations()
                    .run(Operation.Kind.LOOK, replica.name(), report -> Optional.ofNullable(check.run()))
                    .orElse(null);
            answered = true;
            if (found != null) {
                // A snapshot that Litestream took can hold frames that it hasn't shipped.
                boolean exact = !found.snapshotOnly() && position.generation().hasEndMarks();
                lease.name(position.generation(), new HeldGenerations(replica.client(), position.generation()));
                progress.snapshotStored(found.snapshot().createdAt());
                begin(found.position(), exact ? null : source.position());
                snapshots.found(found.snapshot(), found.covered());
                return Found.BASE;
            }
            progress.holdsNothing();
            first.forget();
        }
        return firstSnapshot(source) ? Found.BASE : Found.NOTHING_YET;
    }

    private boolean firstSnapshot(SourceDatabase source) throws IOException, SQLException {
        progress.catchingUp();
        FirstSnapshot.Written written = first.write(source, progress.generation());
        if (written == null) {
            return false;
        }
        answered = true;
        begin(written.start(), written.suffices() ? null : written.confirmedAt());
        if (written.sameTime()) {
            pace.awaitNextSecond();
        }
        snapshots.wroteFirst(written.snapshot());
        return true;
    }

    /** What was written with other local state since is newer than what is here: it isn't buried by going on. */
    private void requireOwnHistory(Generation current) throws IOException {
        String problem = lease.newerBackup(current).orElse(null);
        if (problem != null) {
            throw lease.refuse(problem);
        }
    }

    /** Nothing of it is confirmed yet, but what follows it will be shipped. */
    private void firstSnapshotStored(SnapshotInfo snapshot) {
        progress.firstSnapshotStored(snapshot.position());
        snapshotWritten(snapshot);
    }

    void snapshotWritten(SnapshotInfo snapshot) {
        progress.uploaded();
        progress.snapshotStored(context.now());
        LOG.info("{}: snapshot {} written, {} bytes", replica.name(), snapshot.position(), snapshot.size());
        context.notify(listener -> listener.snapshotWritten(replica.name(), snapshot));
    }

    /**
     * Ships everything there is: one round. What gathers in the newest index meanwhile waits for the next round, unless
     * somebody waits for it.
     */
    private long ship(SourceDatabase source) throws IOException, GenerationBrokenException {
        boolean newestShipped = false;
        for (Position from = progress.next(); from != null; from = progress.next()) {
            // An upload that went wrong may have arrived: its object must get the same bytes again.
            ShadowSegment segment = inFlight != null ? inFlight : source.segmentFrom(from);
            if (segment == null) {
                progress.compareWith(source.position(), context.now());
                return RepeatingTask.WHEN_WOKEN;
            }
            if (segment.isEndMark()) {
                finishIndex(segment);
                continue;
            }
            long delay = newestShipped || roundOver ? delayBeforeRound() : 0;
            if (delay > 0) {
                return delay;
            }
            if ((roundOver || newestShipped) && lostIts(from.generation())) {
                return 0;
            }
            newestShipped = isNewest(source, segment);
            upload(source, segment);
        }
        return 0;
    }

    /** Segments without the snapshot that they follow can't be restored: somebody emptied the replica, so begin again. */
    private boolean lostIts(Generation generation) throws IOException {
        if (replica.client().stillHolds(generation)) {
            return false;
        }
        LOG.warn(
                "{}: this is not the replica that was written to, or its snapshots of generation {} are gone; another snapshot follows",
                replica,
                generation);
        first.forget();
        inFlight = null;
        progress.beginGeneration(generation, false);
        snapshots.generationBegins();
        return true;
    }

    private static boolean isNewest(SourceDatabase source, ShadowSegment segment) {
        Position position = source.position();
        return position != null && segment.start().index() == position.index();
    }

    private void finishIndex(ShadowSegment mark) throws IOException {
        inFlight = mark;
        if (mark.start().generation().hasEndMarks()) {
            uploads.write(mark);
            ownUploads.add(mark.start());
            progress.uploaded();
            answered = true;
        }
        advance(mark.end().nextIndex());
    }

    private void upload(SourceDatabase source, ShadowSegment segment) throws IOException {
        inFlight = segment;
        boolean everything = segment.end().equals(source.position());
        Instant begun = context.now();
        if (roundOver) {
            roundOver = false;
            pace.roundBegins();
        }
        context.operations().run(Operation.Kind.UPLOAD, replica.name(), report -> {
            report.bytes(segment.end().offset() - segment.start().offset());
            report.storedBytes(uploads.write(segment).size());
            return segment;
        });
        ownUploads.add(segment.start());
        progress.uploaded();
        answered = true;
        if (everything) {
            progress.everythingWasShippedAt(begun);
        }
        advance(segment.end());
        progress.compareWith(source.position(), context.now());
        context.notify(listener -> listener.replicated(replica.name(), segment.end()));
        snapshots.uploaded();
    }

    private void begin(Position from, @Nullable Position atLeast) {
        first.forget();
        inFlight = null;
        progress.begin(from, atLeast, context.now());
        context.confirmed();
    }

    private void advance(Position to) {
        inFlight = null;
        progress.advance(to, context.now());
        context.confirmed();
    }

    private void beginGeneration(@Nullable Generation current) {
        first.forget();
        inFlight = null;
        snapshots.generationBegins();
        progress.beginGeneration(current, current != null && !context.beganHere(current));
    }

    private void succeeded() {
        pace.succeeded();
        if (progress.succeeded()) {
            LOG.info("{}: works again", replica);
            context.notify(listener -> listener.replicaRecovered(replica.name()));
        }
    }

    private long failed(Exception e) {
        long delay = pace.failed();
        if (progress.failed(e, context.now())) {
            LOG.warn("{}: {}; the application goes on, and the upload is tried again by itself", replica, e.toString());
            LOG.debug("{}", replica, e);
            context.notify(listener -> listener.replicaDegraded(replica.name(), e));
        }
        return delay;
    }

    /** Somebody else has taken the replica over: nothing is written there any more, until a person has looked. */
    void fenced(LeaseLostException e) {
        if (progress.fenced(e, context.now())) {
            LOG.error("{}; the application goes on", e.getMessage());
            context.notify(listener -> listener.replicaFenced(replica.name(), String.valueOf(e.getMessage())));
            context.confirmed(); // who waits for it waits in vain
        }
    }

    private long waitsForLease(LeaseHeldException e) {
        if (progress.waitsForLease(e, context.now())) {
            LOG.warn("{}; nothing of this instance is replicated there until that one has ended", e.getMessage());
            context.notify(listener -> listener.replicaDegraded(replica.name(), e));
            context.confirmed();
        }
        long remaining = Math.max(0, e.held().remaining().toNanos());
        return Math.max(LEAST_LEASE_PAUSE_NANOS, Math.min(remaining, MOST_LEASE_PAUSE_NANOS));
    }

    /** Never waits for the database or for the replica. */
    ReplicaStatus status(ShadowExtent extent) {
        return progress.status(
                lease, extent, snapshots.nextAt(), context.operations().running(replica.name()));
    }
}
