package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.database.SnapshotImage;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.lease.LeaseLostException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores later snapshots of a generation on one replica, when they are due or asked for, while the worker goes on
 * shipping segments. A snapshot becomes visible only after the segments that it needs: until then a restore uses the
 * one before.
 */
final class SnapshotTask {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTask.class);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long NOT_CONFIRMED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SLOT_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long the WAL is kept from being sealed for a replica that follows, but slowly. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** And for one that doesn't confirm anything. */
    private static final long STANDSTILL_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ReplicaWorker worker;
    private final ReplicaUploads uploads;
    private final ReplicationContext context;
    private final SnapshotSchedule schedule;
    private final RepeatingTask task;
    private final Runnable wake;
    private final Backoff backoff = new Backoff();
    private @Nullable Position wanted;
    private @Nullable Position written;
    private boolean failing;
    private long retryAt;

    // touched by the task alone, and at the end
    private @Nullable SnapshotImage image;
    private SnapshotSlots.@Nullable Slot slot;
    private long heldSince;
    private long advancedAt;
    private @Nullable Position lastConfirmed;
    private @Nullable Position gaveUpAt;
    private volatile boolean needsSegments;

    SnapshotTask(ReplicaWorker worker, ReplicaUploads uploads, ReplicationContext context, ReplicaSettings settings) {
        this.worker = worker;
        this.uploads = uploads;
        this.context = context;
        this.schedule = new SnapshotSchedule(
                settings.snapshotInterval(), settings.retention().isZero());
        this.task = new RepeatingTask(context.threads(), EngineThreads.Kind.LONG, this::step);
        this.wake = () -> task.wakeWithin(0);
    }

    void start() {
        task.start();
    }

    /** Ends the repetition; returns when a run that is under way has ended, or the time is over. */
    void halt(long timeoutNanos) throws InterruptedException {
        if (task.halt(timeoutNanos)) {
            release();
        }
    }

    /** Asks for a snapshot of the index of a position, or a later one. */
    void request(Position index) {
        synchronized (this) {
            wanted = index;
        }
        task.wakeWithin(0);
    }

    /** Asks for a snapshot of an index behind that of the newest one. */
    void requestNext() {
        Position newest = newest();
        if (newest != null) {
            request(newest.nextIndex());
        }
    }

    /** The newest snapshot that the replica holds of the current generation; null before it is known. */
    @Nullable
    Position newest() {
        return schedule.newest();
    }

    /** When the next one is due, if anything is committed until then; null when none will be. */
    @Nullable
    Instant nextAt() {
        return schedule.nextAt();
    }

    /** Whether a snapshot of the index of a position, or a later one, was written. */
    synchronized boolean hasWritten(Position index) {
        return written != null && written.generation().equals(index.generation()) && written.index() >= index.index();
    }

    /** Whether a snapshot waits for segments: they are shipped at once then. */
    boolean needsSegments() {
        return needsSegments;
    }

    /** The first snapshot of a generation was written by the worker itself. */
    void wroteFirst(SnapshotInfo snapshot) {
        synchronized (this) {
            written = snapshot.position();
        }
        schedule.holds(snapshot, context.now(), snapshot.position());
        uploaded();
    }

    /** The replica holds a snapshot of an earlier run. */
    void found(SnapshotInfo snapshot, Position covered) {
        schedule.holds(snapshot, snapshot.createdAt(), covered);
        uploaded();
    }

    /** Another generation begins. */
    void generationBegins() {
        schedule.clear();
    }

    /** Something was stored: a snapshot may be due now or later. */
    void uploaded() {
        SourceDatabase source = context.source();
        Position position = source == null ? null : source.position();
        if (source != null && position != null) {
            Duration delay = delay(source, position);
            if (delay != null) {
                task.wakeWithin(delay.toNanos());
            }
        }
    }

    private @Nullable Duration delay(SourceDatabase source, Position position) {
        return schedule.delay(context.now(), position, source.framesToSeal() == 0);
    }

    @SuppressWarnings("CatchingUnchecked")
    private long step() {
        long rest = failing ? retryAt - System.nanoTime() : 0;
        if (rest > 0) {
            return rest; // every upload wakes this task
        }
        try {
            long delay = snapshotIfDue();
            if (delay >= SLOT_RETRY_NANOS) {
                release();
            }
            return delay;
        } catch (LeaseLostException e) {
            release();
            worker.fenced(e);
            return RepeatingTask.WHEN_WOKEN;
        } catch (Exception e) {
            release();
            if (!failing) {
                LOG.warn("{}: snapshot: {}; it is tried again by itself", worker.name(), e.toString());
            }
            failing = true;
            long delay = backoff.next().toNanos();
            retryAt = System.nanoTime() + delay;
            return delay;
        }
    }

    private long snapshotIfDue() throws IOException, SQLException {
        SourceDatabase source = context.source();
        Position position = source == null ? null : source.position();
        Position confirmed = worker.confirmed();
        if (source == null || position == null || confirmed == null) {
            release();
            return isAsked() ? NOT_CONFIRMED_NANOS : RepeatingTask.WHEN_WOKEN;
        }
        Duration delay = delay(source, position);
        Position index = wantedIndex(position, delay != null && delay.isZero());
        if (index == null) {
            return delay == null ? RepeatingTask.WHEN_WOKEN : delay.toNanos();
        }
        if (position.index() < index.index()) {
            context.requestIndexAfter(position);
            return LOOK_AGAIN_NANOS;
        }
        if (slot == null) {
            slot = context.threads().snapshots().tryTake(wake);
        }
        return slot == null ? SLOT_RETRY_NANOS : snapshot(source, confirmed, slot);
    }

    private synchronized boolean isAsked() {
        return wanted != null;
    }

    /** The least index of which a snapshot is wanted now; null when none is. */
    private synchronized @Nullable Position wantedIndex(Position position, boolean due) {
        Position asked = wanted;
        if (asked != null && (!asked.generation().equals(position.generation()) || hasWritten(asked))) {
            wanted = null; // a new generation begins with a snapshot anyway
            asked = null;
        }
        Position newest = schedule.newest();
        return asked == null && due && newest != null ? newest.nextIndex() : asked;
    }

    /**
     * The image is held while the segments that it needs are shipped. Otherwise, where indexes end faster than a replica
     * follows, no snapshot would ever be supported.
     */
    private long snapshot(SourceDatabase source, Position confirmed, SnapshotSlots.Slot taken)
            throws IOException, SQLException {
        if (confirmed.equals(gaveUpAt)) {
            // It hangs or is away. To hold another image for it would keep the WAL from being sealed in vain.
            return SLOT_RETRY_NANOS;
        }
        if (image == null) {
            image = source.openSnapshot(true);
            heldSince = System.nanoTime();
            advancedAt = heldSince;
        }
        if (!confirmed.equals(lastConfirmed)) {
            lastConfirmed = confirmed;
            advancedAt = System.nanoTime();
        }
        SnapshotImage held = image;
        if (held == null) {
            return LOOK_AGAIN_NANOS;
        }
        boolean supported = confirmed.generation().equals(held.position().generation())
                && confirmed.index() == held.position().index()
                && confirmed.offset() > 0
                && confirmed.isAtLeast(held.requiredEnd());
        if (supported) {
            write(held, taken);
            return 0;
        }
        if (!confirmed.generation().equals(held.position().generation())) {
            release();
            return NOT_CONFIRMED_NANOS;
        }
        long now = System.nanoTime();
        if (now - heldSince > PATIENCE_NANOS || now - advancedAt > STANDSTILL_NANOS) {
            gaveUpAt = confirmed;
            throw new IOException("the replica has only " + confirmed + ", the snapshot needs more than "
                    + held.requiredEnd() + " before it is stored");
        }
        needsSegments = true;
        worker.wake();
        return LOOK_AGAIN_NANOS;
    }

    private void write(SnapshotImage held, SnapshotSlots.Slot taken) throws IOException {
        try {
            Position everything = worker.confirmed();
            SnapshotInfo snapshot = context.operations().run(Operation.Kind.SNAPSHOT, worker.name(), report -> {
                SnapshotInfo stored = uploads.write(held, taken);
                report.bytes(held.size());
                report.storedBytes(stored.size());
                return stored;
            });
            synchronized (this) {
                written = snapshot.position();
            }
            schedule.holds(snapshot, context.now(), everything == null ? snapshot.position() : everything);
            worker.snapshotWritten(snapshot);
        } finally {
            release();
        }
        backoff.reset();
        failing = false;
        context.confirmed();
    }

    private void release() {
        needsSegments = false;
        if (image != null) {
            image.close();
            image = null;
        }
        if (slot != null) {
            slot.close();
            slot = null;
        }
    }
}
