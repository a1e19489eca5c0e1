package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.database.SnapshotImage;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.lease.HeldGenerations;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replica.Replica;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stores the snapshot with which a generation begins on one replica. Used by one thread at a time. */
final class FirstSnapshot {

    /** How long it waits for an index to be sealed before it takes the database as it is. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Replica replica;
    private final ReplicaLease lease;
    private final ReplicaUploads uploads;
    private final ReplicationContext context;
    private final Runnable wake;
    private final Consumer<SnapshotInfo> onStored;
    private @Nullable Stored stored;
    private long waitingSince;
    private boolean waiting;

    /** Where one was written without an answer that it is stored: it may be. */
    private @Nullable Position unanswered;

    /**
     * @param wake begins another try
     * @param onStored told once of a snapshot that is on the replica
     */
    FirstSnapshot(
            ReplicaLease lease,
            ReplicaUploads uploads,
            ReplicationContext context,
            Runnable wake,
            Consumer<SnapshotInfo> onStored) {
        this.lease = lease;
        this.replica = lease.replica();
        this.uploads = uploads;
        this.context = context;
        this.wake = wake;
        this.onStored = onStored;
    }

    /** A snapshot on the replica that the lease may not name yet. */
    private record Stored(SnapshotInfo snapshot, Position start, Position requiredEnd, HeldGenerations held) {}

    /**
     * A snapshot that was stored.
     *
     * @param start where to ship from
     * @param requiredEnd nothing is restorable before the replica has this position
     * @param sameTime whether it can't be told by the replica's clock from the end of another generation
     */
    record Written(SnapshotInfo snapshot, Position start, Position requiredEnd, boolean sameTime) {

        /** Whether a restore finds the snapshot's state already, and takes it. */
        boolean suffices() {
            return requiredEnd.equals(start) && !sameTime;
        }

        /** Nothing is confirmed before the replica has this position: at least the first segment where times are equal. */
        Position confirmedAt() {
            return sameTime && requiredEnd.equals(start) ? start.atOffset(1) : requiredEnd;
        }
    }

    /** It is done, or another one will be needed. */
    void forget() {
        waiting = false;
        stored = null;
        unanswered = null;
    }

    /**
     * Whether the replica may hold one of an index that is over: then another one is no beginning, because what follows
     * the first would be missing.
     */
    boolean mayBeStoredBefore(Position position) {
        return unanswered != null && !unanswered.equals(position.atOffset(0));
    }

    /**
     * Stores it, and makes its generation the one that counts. What fails after it is stored is tried again without storing
     * it again.
     *
     * @return null when it can't be taken yet, or the replica has to be looked at first
     */
    @Nullable
    Written write(SourceDatabase source, @Nullable Generation generation) throws IOException, SQLException {
        Stored done = stored;
        if (done == null) {
            done = store(source, generation);
            if (done == null) {
                return null;
            }
            stored = done;
            unanswered = null;
            onStored.accept(done.snapshot());
        }
        HeldGenerations held = done.held();
        boolean sameTime = LaterGenerations.look(replica.client(), held.others(), done.snapshot(), lease.isKept());
        lease.name(done.start().generation(), held);
        return new Written(done.snapshot(), done.start(), done.requiredEnd(), sameTime);
    }

    private @Nullable Stored store(SourceDatabase source, @Nullable Generation generation)
            throws IOException, SQLException {
        if (!waiting) {
            waiting = true;
            waitingSince = System.nanoTime();
        }
        SnapshotSlots.Slot slot = context.threads().snapshots().tryTake(wake);
        if (slot == null) {
            return null;
        }
        boolean patient = System.nanoTime() - waitingSince < PATIENCE_NANOS;
        try (slot;
                SnapshotImage image = source.openSnapshot(!patient)) {
            if (image != null && !image.position().generation().equals(generation)) {
                return null;
            }
            if (image == null) {
                context.requestSeal();
                return null;
            }
            if (mayBeStoredBefore(image.position())) {
                return null;
            }
            lease.begins(image.position().generation());
            unanswered = image.position();
            return context.operations().run(Operation.Kind.SNAPSHOT, replica.name(), report -> {
                SnapshotInfo written = uploads.write(image, slot);
                report.bytes(image.size());
                report.storedBytes(written.size());
                return new Stored(
                        written,
                        image.position(),
                        image.requiredEnd(),
                        new HeldGenerations(replica.client(), image.position().generation()));
            });
        }
    }
}
