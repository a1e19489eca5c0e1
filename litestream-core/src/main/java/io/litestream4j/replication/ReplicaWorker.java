package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.database.GenerationBrokenException;
import io.litestream4j.database.ShadowSegment;
import io.litestream4j.database.SnapshotImage;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.io.ContentDamagedException;
import io.litestream4j.replica.ObjectExistsException;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
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

    /** How long a first snapshot waits for an index to be sealed before it takes the database as it is. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Replica replica;
    private final ReplicationContext context;
    private final ReplicaUploads uploads;
    private final ReplicaProgress progress = new ReplicaProgress();
    private final UploadPace pace;
    private final RepeatingTask task;
    private final SnapshotTask snapshots;

    // touched by the task alone
    private @Nullable ShadowSegment inFlight;
    private long waitingSince;
    private boolean waiting;
    private boolean roundOver = true;

    /** Whether the storage did something in this step: a step that only waits proves nothing about it. */
    private boolean answered;

    ReplicaWorker(Replica replica, ReplicaSettings settings, ReplicationContext context) {
        this.replica = replica;
        this.pace = new UploadPace(settings.syncInterval());
        this.context = context;
        this.uploads = new ReplicaUploads(replica);
        this.task = new RepeatingTask(context.threads(), EngineThreads.Kind.REPLICA, this::step);
        this.snapshots = new SnapshotTask(this, uploads, context);
    }

    void start() {
        task.start();
        snapshots.task().start();
    }

    /** Ends the repetition; returns when a run that is under way has ended, or the time is over. */
    void halt(long timeoutNanos) throws InterruptedException {
        snapshots.task().halt(timeoutNanos);
        task.halt(timeoutNanos);
    }

    SnapshotTask snapshots() {
        return snapshots;
    }

    String name() {
        return replica.name();
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

    /** New frames were copied: ship them when the sync interval allows it. */
    void framesCopied(Instant now) {
        progress.framesCopied(now);
        task.wakeWithin(delayBeforeRound());
    }

    private long delayBeforeRound() {
        return pace.delay(context.hasWaiters());
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
        if (source == null || position == null) {
            return RepeatingTask.WHEN_WOKEN;
        }
        if (!position.generation().equals(progress.generation())) {
            beginGeneration(position.generation());
        }
        if (progress.next() == null) {
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

    private enum Found {
        BASE,
        NOTHING_YET
    }

    /** Finds out from where to ship, by what the replica holds or by a snapshot. */
    private Found look(SourceDatabase source, Position position)
            throws IOException, SQLException, GenerationBrokenException {
        if (progress.mayHoldSome()) {
            ReplicaCheck.Found found = new ReplicaCheck(replica.client(), source, position.generation()).run();
            answered = true;
            if (found != null) {
                // A snapshot that Litestream took can hold frames that it hasn't shipped.
                boolean exact = !found.snapshotOnly() && position.generation().hasEndMarks();
                begin(found.position(), exact ? null : source.position());
                return Found.BASE;
            }
            progress.holdsNothing();
        }
        return firstSnapshot(source) ? Found.BASE : Found.NOTHING_YET;
    }

    private boolean firstSnapshot(SourceDatabase source) throws IOException, SQLException {
        progress.catchingUp();
        if (!waiting) {
            waiting = true;
            waitingSince = System.nanoTime();
        }
        boolean patient = System.nanoTime() - waitingSince < PATIENCE_NANOS;
        try (SnapshotImage image = source.openSnapshot(!patient)) {
            if (image != null && !image.position().generation().equals(progress.generation())) {
                return false;
            }
            if (image == null) {
                context.requestSeal();
                return false;
            }
            context.phase(ReplicationPhase.SNAPSHOT, true);
            SnapshotInfo written = uploads.write(image);
            snapshotWritten(written);
            LaterGenerations.warn(replica.client(), written);
            answered = true;
            Position start = image.position();
            snapshots.wroteFirst(start);
            boolean exact = image.requiredEnd().equals(start);
            begin(start, exact ? null : image.requiredEnd());
            return true;
        } finally {
            context.phase(ReplicationPhase.SNAPSHOT, false);
        }
    }

    void snapshotWritten(SnapshotInfo snapshot) {
        progress.snapshotWritten(context.now());
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
            if (roundOver && lostIts(from.generation())) {
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
        waiting = false;
        inFlight = null;
        progress.beginGeneration(generation, false);
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
        context.phase(ReplicationPhase.UPLOAD, true);
        try {
            uploads.write(segment);
            answered = true;
        } finally {
            context.phase(ReplicationPhase.UPLOAD, false);
        }
        if (everything) {
            progress.everythingWasShippedAt(begun);
        }
        advance(segment.end());
        progress.compareWith(source.position(), context.now());
        context.notify(listener -> listener.replicated(replica.name(), segment.end()));
    }

    private void begin(Position from, @Nullable Position atLeast) {
        waiting = false;
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
        waiting = false;
        inFlight = null;
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

    ReplicaStatus status(@Nullable SourceDatabase source) {
        return progress.status(replica, source);
    }
}
