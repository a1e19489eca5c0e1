package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.database.SnapshotImage;
import io.litestream4j.database.SourceDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores later snapshots of a generation on one replica, while the worker goes on shipping segments. A snapshot becomes
 * visible only after the segments that it needs: until then a restore uses the one before.
 */
final class SnapshotTask {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTask.class);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ReplicaWorker worker;
    private final ReplicaUploads uploads;
    private final ReplicationContext context;
    private final RepeatingTask task;
    private final Backoff backoff = new Backoff();
    private @Nullable Position wanted;
    private @Nullable Position written;

    SnapshotTask(ReplicaWorker worker, ReplicaUploads uploads, ReplicationContext context) {
        this.worker = worker;
        this.uploads = uploads;
        this.context = context;
        this.task = new RepeatingTask(context.threads(), EngineThreads.Kind.REPLICA, this::step);
    }

    RepeatingTask task() {
        return task;
    }

    /** Asks for a snapshot of the index of a position, or a later one. */
    void request(Position index) {
        synchronized (this) {
            wanted = index;
        }
        task.wakeWithin(0);
    }

    /** Whether a snapshot of the index of a position, or a later one, was written. */
    synchronized boolean hasWritten(Position index) {
        return written != null && written.generation().equals(index.generation()) && written.index() >= index.index();
    }

    /** The first snapshot of a generation was written by the worker itself. */
    synchronized void wroteFirst(Position position) {
        written = position;
    }

    @SuppressWarnings("CatchingUnchecked")
    private long step() {
        try {
            long delay = snapshotIfWanted();
            backoff.reset();
            return delay;
        } catch (Exception e) {
            LOG.warn("{}: snapshot: {}; it is tried again by itself", worker.name(), e.toString());
            return backoff.next().toNanos();
        }
    }

    private long snapshotIfWanted() throws IOException, SQLException {
        SourceDatabase source = context.source();
        Position index = wantedNow();
        if (source == null || index == null) {
            return RepeatingTask.WHEN_WOKEN;
        }
        Position confirmed = worker.confirmed();
        try (SnapshotImage image = source.openSnapshot(true)) {
            if (image == null || !image.position().generation().equals(index.generation())) {
                forgetWanted();
                return RepeatingTask.WHEN_WOKEN;
            }
            boolean supported = confirmed != null
                    && confirmed.generation().equals(index.generation())
                    && confirmed.index() == image.position().index()
                    && confirmed.offset() > 0
                    && confirmed.isAtLeast(image.requiredEnd());
            if (!supported) {
                return LOOK_AGAIN_NANOS;
            }
            write(image);
        }
        return RepeatingTask.WHEN_WOKEN;
    }

    private void write(SnapshotImage image) throws IOException {
        context.phase(ReplicationPhase.SNAPSHOT, true);
        try {
            SnapshotInfo snapshot = uploads.write(image);
            synchronized (this) {
                written = image.position();
                wanted = null;
            }
            worker.snapshotWritten(snapshot);
        } finally {
            context.phase(ReplicationPhase.SNAPSHOT, false);
        }
        context.confirmed();
    }

    private synchronized @Nullable Position wantedNow() {
        return wanted;
    }

    private synchronized void forgetWanted() {
        wanted = null;
    }
}
