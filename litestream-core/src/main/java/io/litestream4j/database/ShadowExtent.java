package io.litestream4j.database;

import io.litestream4j.Position;
import java.util.Collections;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * How much of the WAL is copied, as it was when work on the database last ended: known without waiting for the work that
 * is under way, which may hang. For status, never for a decision. Immutable, but for indexes that are finished or deleted
 * meanwhile.
 *
 * @param position how far the WAL is copied; null while no generation is going on
 * @param size bytes of the shadow WAL on the local disk
 * @param copiedBytes bytes that were copied since the database was opened
 * @param finishedEnds ends of the finished indexes that are on the local disk
 */
public record ShadowExtent(
        @Nullable Position position, long size, long copiedBytes, NavigableMap<Integer, Long> finishedEnds) {

    /** Nothing is copied. */
    public static final ShadowExtent NONE = new ShadowExtent(null, 0, 0, Collections.emptyNavigableMap());

    /** Bytes of shadow WAL behind a position; 0 when its generation isn't the current one. */
    public long bytesAfter(Position from) {
        Position end = position;
        if (end == null || !end.generation().equals(from.generation()) || from.compareTo(end) >= 0) {
            return 0;
        }
        long bytes = end.offset();
        for (long finished :
                finishedEnds.subMap(from.index(), true, end.index(), false).values()) {
            bytes += finished;
        }
        return Math.max(0, bytes - from.offset());
    }

    /** The extent after more work, given the one before it. */
    ShadowExtent after(ShadowExtent before) {
        Position earlier = before.position;
        long copied =
                earlier != null && position != null && earlier.generation().equals(position.generation())
                        ? bytesAfter(earlier)
                        : size;
        return new ShadowExtent(position, size, before.copiedBytes + copied, finishedEnds);
    }
}
