package io.litestream4j.restore;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.replica.ReplicaPaths;
import org.jspecify.annotations.Nullable;

/** Damage whose place is known, so that a restore to an older point can keep clear of it. */
final class BackupDamage extends CorruptBackupException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Position from;
    private final transient @Nullable SnapshotInfo snapshot;

    private BackupDamage(
            String object,
            String message,
            @Nullable Throwable cause,
            @Nullable Position from,
            @Nullable SnapshotInfo snapshot) {
        super(object, message, cause);
        this.from = from;
        this.snapshot = snapshot;
    }

    /** A WAL segment that is missing or damaged: nothing from its position on can be proved. */
    static BackupDamage ofSegment(Position position, String message, @Nullable Throwable cause) {
        return new BackupDamage(ReplicaPaths.walSegment(position), message, cause, position, null);
    }

    /** The end of an index that is missing: where it would begin is known, its offset is not. */
    static BackupDamage ofIndexEnd(Position lastKnown, Position next, String message) {
        String object = ReplicaPaths.walSegments(lastKnown.generation()) + "/%08x".formatted(lastKnown.index());
        return new BackupDamage(object, message, null, next, null);
    }

    /** A snapshot that is missing or damaged. */
    static BackupDamage ofSnapshot(SnapshotInfo snapshot, String message, @Nullable Throwable cause) {
        return new BackupDamage(ReplicaPaths.snapshot(snapshot), message, cause, null, snapshot);
    }

    /** The first position that can't be proved; null when a snapshot is damaged. */
    @Nullable
    Position from() {
        return from;
    }

    /** The damaged snapshot, if it is one. */
    @Nullable
    SnapshotInfo snapshot() {
        return snapshot;
    }
}
