package io.litestream4j.restore;

import io.litestream4j.Generation;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaPaths;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The objects that make up a state of the database, in the order in which they are applied. As far as names, sizes and
 * times can tell, nothing is missing between them; that each segment ends where the next begins is proved when they are
 * read. Immutable; printing it is a dry run.
 *
 * @param snapshot what everything begins with
 * @param segments applied to it in this order; may be empty
 * @param following segments of the last index that come after the state asked for, in order; they prove where the last
 *     applied segment ends
 * @param comparesFollowing whether the following segments are read, too: the state lies inside the index of its own
 *     snapshot, which may hold pages that were written later
 * @param lastObjectAt when the replica stored the last object that is applied
 * @param notes what the reader of the plan should know; usually empty
 */
public record RestorePlan(
        SnapshotInfo snapshot,
        List<WalSegmentInfo> segments,
        List<WalSegmentInfo> following,
        boolean comparesFollowing,
        Instant lastObjectAt,
        List<String> notes) {

    public RestorePlan {
        segments = List.copyOf(segments);
        following = List.copyOf(following);
        notes = List.copyOf(notes);
    }

    /** The generation whose history it is. */
    public Generation generation() {
        return snapshot.generation();
    }

    /** Number of objects to read. */
    public int objects() {
        return 1 + segments.size() + (comparesFollowing ? following.size() : 0);
    }

    /** Compressed bytes to read. */
    public long bytes() {
        return snapshot.size() + sizeOf(segments) + (comparesFollowing ? sizeOf(following) : 0);
    }

    /** The segment that comes right after the one with that number in {@link #segments}; null at the end of an index. */
    @Nullable
    WalSegmentInfo nextInIndex(int number) {
        WalSegmentInfo next =
                number + 1 < segments.size() ? segments.get(number + 1) : following.isEmpty() ? null : following.get(0);
        return next != null
                        && next.position().index()
                                == segments.get(number).position().index()
                ? next
                : null;
    }

    /** All objects with their sizes, one per line. */
    public String describe() {
        StringBuilder text = new StringBuilder(toString());
        text.append("\n  ").append(ReplicaPaths.snapshot(snapshot)).append("  ").append(snapshot.size());
        append(text, segments, "");
        append(text, comparesFollowing ? following : List.of(), "  (read, not applied)");
        notes.forEach(note -> text.append("\n  note: ").append(note));
        return text.toString();
    }

    @Override
    public String toString() {
        return "generation %s, snapshot %08x and %d WAL segments up to %s, %d bytes to read"
                .formatted(generation(), snapshot.index(), segments.size(), lastObjectAt, bytes());
    }

    private static void append(StringBuilder text, List<WalSegmentInfo> list, String remark) {
        for (WalSegmentInfo segment : list) {
            text.append("\n  ").append(ReplicaPaths.walSegment(segment.position()));
            text.append("  ").append(segment.size()).append(remark);
        }
    }

    private static long sizeOf(List<WalSegmentInfo> list) {
        return list.stream().mapToLong(WalSegmentInfo::size).sum();
    }
}
