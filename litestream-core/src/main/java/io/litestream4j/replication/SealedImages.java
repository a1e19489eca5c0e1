package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.database.SnapshotImage;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.io.Crc64;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Sums the database at a position at which a WAL index ends. What was committed since the last one is sealed for it; an
 * idle database is summed as it stands, and not made dirty.
 */
final class SealedImages {

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ReplicationContext context;

    SealedImages(ReplicationContext context) {
        this.context = context;
    }

    /**
     * A sum.
     *
     * @param checksum of the database, at its position
     * @param size bytes of the database
     */
    record Sum(DatabaseChecksum checksum, long size) {

        Position position() {
            return checksum.position();
        }

        /** The newest index that is part of it as a whole; -1 for none. */
        int lastIndex() {
            return position().offset() == 0
                    ? position().index() - 1
                    : position().index();
        }
    }

    /**
     * Sums the database.
     *
     * @param beyond an index that must be part of it; -1 for none in particular
     * @return null when readers or writers keep the WAL from being sealed until the deadline, or nothing is replicated
     */
    @Nullable
    Sum sum(int beyond, long deadline) throws IOException, SQLException {
        SourceDatabase first = context.source();
        Position begun = first == null ? null : first.position();
        boolean sealed = first == null || begun == null || isAtEnd(first, begun, beyond);
        while (true) {
            SourceDatabase source = context.source();
            Position now = source == null ? null : source.position();
            if (source != null && now != null && begun != null) {
                sealed |= !now.generation().equals(begun.generation()) || now.index() > begun.index();
                Sum sum = sealed ? sum(source) : null;
                if (sum != null) {
                    return sum;
                }
                context.requestIndexAfter(sealed ? now : begun);
            }
            if (System.nanoTime() - deadline >= 0) {
                return null;
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    /** Whether nothing has to be sealed first. */
    private static boolean isAtEnd(SourceDatabase source, Position now, int beyond) {
        boolean quiet = source.isSealed() || (source.hasExactImage() && source.framesToSeal() == 0);
        int lastIndex = source.isSealed() ? now.index() : now.index() - 1;
        return quiet && lastIndex >= beyond;
    }

    private static @Nullable Sum sum(SourceDatabase source) throws IOException, SQLException {
        try (SnapshotImage image = source.openSnapshot(true)) {
            if (image == null || !image.endsAnIndex()) {
                return null;
            }
            Crc64 crc = new Crc64();
            image.writeTo(new CheckedOutputStream(OutputStream.nullOutputStream(), crc));
            return new Sum(new DatabaseChecksum(crc.getValue(), image.requiredEnd()), image.size());
        }
    }
}
