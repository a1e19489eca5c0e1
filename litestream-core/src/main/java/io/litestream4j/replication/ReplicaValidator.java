package io.litestream4j.replication;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.LitestreamException;
import io.litestream4j.NoBackupException;
import io.litestream4j.Position;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.io.ContentDamagedException;
import io.litestream4j.io.Crc64;
import io.litestream4j.replica.Lz4FrameException;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replication.SealedImages.Sum;
import io.litestream4j.replication.ValidationResult.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a replica can be restored: restores it, and compares the result with the database at the same position by
 * size and checksum. Used by one thread at a time.
 */
final class ReplicaValidator {

    private final Replica replica;
    private final ReplicationContext context;
    private final ValidationRestore restore;
    private final SealedImages images;
    private final NewestSnapshot newestSnapshot;

    ReplicaValidator(
            Replica replica, ReplicationContext context, ValidationRestore restore, NewestSnapshot newestSnapshot) {
        this.newestSnapshot = newestSnapshot;
        this.replica = replica;
        this.context = context;
        this.restore = restore;
        this.images = new SealedImages(context);
    }

    /** Index of the newest snapshot of the current generation on the replica; -1 before it is known. */
    @FunctionalInterface
    interface NewestSnapshot {
        int index();
    }

    /** How the replica's progress is known. */
    @FunctionalInterface
    interface Confirmed {
        @Nullable
        Position position();
    }

    /**
     * Validates, and never throws because of the replica or the database.
     *
     * @param deadline for the waits; the restore itself takes as long as it takes
     * @param halted whether to give up
     */
    ValidationResult validate(Confirmed confirmed, long deadline, BooleanSupplier halted) {
        long begun = System.nanoTime();
        Verdict verdict;
        try {
            verdict = compare(confirmed, deadline, halted);
        } catch (CorruptBackupException | ContentDamagedException | Lz4FrameException e) {
            verdict = new Verdict(Outcome.INVALID, null, "it can't be restored: " + e.getMessage());
        } catch (LitestreamException | IOException | SQLException e) {
            verdict = inconclusive(null, e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            verdict = inconclusive(null, "interrupted");
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - begun);
        return new ValidationResult(
                verdict.outcome, verdict.position, context.now(), duration, verdict.detail, verdict.olderStatesDamaged);
    }

    private record Verdict(Outcome outcome, @Nullable Position position, String detail, boolean olderStatesDamaged) {

        Verdict(Outcome outcome, @Nullable Position position, String detail) {
            this(outcome, position, detail, false);
        }
    }

    private static Verdict inconclusive(@Nullable Position position, String why) {
        return new Verdict(Outcome.INCONCLUSIVE, position, why);
    }

    private Verdict compare(Confirmed confirmed, long deadline, BooleanSupplier halted)
            throws IOException, SQLException, InterruptedException {
        Sum sum = images.sum(-1, deadline);
        if (sum == null) {
            return inconclusive(null, "the WAL could not be sealed: readers or writers were always in the way");
        }
        Verdict late = awaitReplica(sum, confirmed, deadline);
        if (late != null) {
            return late;
        }
        Verdict verdict = restoredOrDamaged(sum, halted);
        if (verdict == null) {
            verdict = snapshotAlone(sum);
            return verdict != null ? verdict : beyondSnapshot(sum, confirmed, deadline, halted);
        }
        boolean mended = newestSnapshot.index() == sum.position().index();
        if (verdict.outcome != Outcome.INVALID || !mended) {
            return verdict;
        }
        Verdict newest = beyondSnapshot(sum, confirmed, deadline, halted);
        return new Verdict(
                newest.outcome,
                newest.position,
                newest.detail
                        + "; but older states, before snapshot %08x, can't be restored: %s"
                                .formatted(newestSnapshot.index(), verdict.detail),
                true);
    }

    /** By the snapshot of the index that was current: the end of that index has to be compared. */
    private Verdict beyondSnapshot(Sum sum, Confirmed confirmed, long deadline, BooleanSupplier halted)
            throws IOException, SQLException, InterruptedException {
        Sum next = images.sum(sum.position().index(), deadline);
        if (next == null) {
            return inconclusive(null, "the index of the newest snapshot could not be sealed");
        }
        Verdict late = awaitReplica(next, confirmed, deadline);
        Verdict verdict = late != null ? late : restoredOrDamaged(next, halted);
        return verdict != null ? verdict : inconclusive(next.position(), "the replica's snapshots changed meanwhile");
    }

    private @Nullable Verdict restoredOrDamaged(Sum sum, BooleanSupplier halted) throws IOException {
        try {
            return restored(sum, halted);
        } catch (CorruptBackupException e) {
            return new Verdict(Outcome.INVALID, sum.position(), "it can't be restored: " + e.getMessage());
        }
    }

    private @Nullable Verdict awaitReplica(Sum sum, Confirmed confirmed, long deadline) throws InterruptedException {
        Position position = sum.position();
        long left = Math.max(0, deadline - System.nanoTime());
        boolean ended = context.await(() -> hasReached(confirmed.position(), position) || isOther(position), left);
        if (isOther(position)) {
            return inconclusive(position, "another generation began meanwhile");
        }
        return ended
                ? null
                : inconclusive(
                        position, "the replica has only " + confirmed.position() + ", so it can't be compared yet");
    }

    private static boolean hasReached(@Nullable Position confirmed, Position position) {
        return confirmed != null
                && confirmed.generation().equals(position.generation())
                && confirmed.isAtLeast(position);
    }

    private boolean isOther(Position position) {
        SourceDatabase source = context.source();
        Position now = source == null ? null : source.position();
        return now == null || !now.generation().equals(position.generation());
    }

    /** Null when the replica has no snapshot as old as that, with a whole index behind it. */
    private @Nullable Verdict restored(Sum sum, BooleanSupplier halted) throws IOException {
        if (sum.lastIndex() < 0) {
            return null;
        }
        try (ValidationRestore.Restored file =
                restore.restore(replica, sum.position().generation(), sum.lastIndex(), sum.size(), halted)) {
            Crc64 crc = new Crc64();
            try (OutputStream out = new CheckedOutputStream(OutputStream.nullOutputStream(), crc)) {
                Files.copy(file.path(), out);
            }
            return verdict(sum, Files.size(file.path()), crc.getValue(), "the restored database");
        } catch (NoBackupException e) {
            return null;
        }
    }

    /** Null when the snapshot isn't the database at this position, which alone proves nothing. */
    private @Nullable Verdict snapshotAlone(Sum sum) throws IOException {
        Position position = sum.position();
        if (position.offset() != 0) {
            return null;
        }
        Crc64 crc = new Crc64();
        long size;
        try (InputStream in =
                        Lz4Frames.decompress(replica.client().openSnapshot(position.generation(), position.index()));
                OutputStream out = new CheckedOutputStream(OutputStream.nullOutputStream(), crc)) {
            size = in.transferTo(out);
        } catch (NoSuchFileException e) {
            throw new CorruptBackupException(
                    ReplicaPaths.snapshots(position.generation()),
                    "expected a snapshot up to index %08x, got none".formatted(position.index()));
        }
        Verdict verdict = verdict(sum, size, crc.getValue(), "the snapshot, the only one there is,");
        return verdict.outcome == Outcome.VALID ? verdict : null;
    }

    private static Verdict verdict(Sum expected, long size, long crc, String what) {
        boolean equal = size == expected.size() && crc == expected.checksum().crc64();
        return new Verdict(
                equal ? Outcome.VALID : Outcome.INVALID,
                expected.position(),
                equal
                        ? "%s is the database: %d bytes, CRC-64 %016x".formatted(what, size, crc)
                        : "%s has %d bytes and CRC-64 %016x, the database %d bytes and CRC-64 %016x"
                                .formatted(
                                        what,
                                        size,
                                        crc,
                                        expected.size(),
                                        expected.checksum().crc64()));
    }
}
