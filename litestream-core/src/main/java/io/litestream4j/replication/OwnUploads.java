package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.WalSegmentInfo;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the segments begin that this run has stored on one replica, the last few thousand of them: what a listing has
 * between them was stored by somebody else. Thread-safe.
 */
final class OwnUploads {

    private static final int REMEMBERED = 4096;

    private final Deque<Position> starts = new ArrayDeque<>();

    /** A segment was stored, behind all that were stored before. */
    synchronized void add(Position start) {
        Position last = starts.peekLast();
        if (last != null && !last.generation().equals(start.generation())) {
            starts.clear();
        }
        starts.add(start);
        if (starts.size() > REMEMBERED) {
            starts.remove();
        }
    }

    /** What is known now; a listing has to be asked for afterwards, as it may hold what is stored meanwhile. */
    synchronized Known known() {
        return new Known(new HashSet<>(starts), starts.peekFirst(), starts.peekLast());
    }

    /** What was known at one moment. */
    record Known(
            Set<Position> starts,
            @Nullable Position first,
            @Nullable Position last) {

        /** A segment of a later listing that somebody else stored; null when there is none. */
        @Nullable
        Position foreignIn(List<WalSegmentInfo> listed) {
            if (first == null || last == null) {
                return null;
            }
            for (WalSegmentInfo segment : listed) {
                Position start = segment.position();
                boolean between = start.generation().equals(first.generation())
                        && start.compareTo(first) > 0
                        && start.compareTo(last) < 0;
                if (between && !starts.contains(start)) {
                    return start;
                }
            }
            return null;
        }
    }
}
