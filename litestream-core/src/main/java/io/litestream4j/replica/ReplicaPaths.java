package io.litestream4j.replica;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of a replica's objects below its root, as Litestream 0.3.x writes them:
 *
 * <pre>
 * generations/&lt;generation&gt;/snapshots/&lt;index %08x&gt;.snapshot.lz4
 * generations/&lt;generation&gt;/wal/&lt;index %08x&gt;_&lt;offset %08x&gt;.wal.lz4
 * </pre>
 *
 * <p>and, of ours alone, beside {@code generations}, {@code lease.properties}.
 *
 * <p>An offset of 4 GiB or more prints more than eight digits; 0.3.x can't see such a segment, so the engine never writes
 * one, but it reads them.
 */
public final class ReplicaPaths {

    /** Folder of all generations. */
    public static final String GENERATIONS = "generations";

    /** Folder of a generation's snapshots. */
    public static final String SNAPSHOTS = "snapshots";

    /** Folder of a generation's WAL segments. */
    public static final String WAL = "wal";

    /** The lease: who writes to the replica. */
    public static final String LEASE = "lease.properties";

    private static final Pattern SNAPSHOT_NAME = Pattern.compile("([0-9a-f]{8})\\.snapshot\\.lz4");
    private static final Pattern SEGMENT_NAME = Pattern.compile("([0-9a-f]{8})_([0-9a-f]{8,16})\\.wal\\.lz4");
    private static final int MAX_NAME_LENGTH = 64;

    private ReplicaPaths() {}

    /** Path of a generation's folder. */
    public static String generation(Generation generation) {
        return GENERATIONS + "/" + generation;
    }

    /** Path of a generation's folder of snapshots. */
    public static String snapshots(Generation generation) {
        return generation(generation) + "/" + SNAPSHOTS;
    }

    /** Path of a generation's folder of WAL segments. */
    public static String walSegments(Generation generation) {
        return generation(generation) + "/" + WAL;
    }

    /** Path of the snapshot at an index. */
    public static String snapshot(Generation generation, int index) {
        return snapshots(generation) + "/%08x.snapshot.lz4".formatted(index);
    }

    /** Path of a snapshot. */
    public static String snapshot(SnapshotInfo snapshot) {
        return snapshot(snapshot.generation(), snapshot.index());
    }

    /** Path of the WAL segment that begins at a position. */
    public static String walSegment(Position position) {
        return walSegments(position.generation()) + "/%08x_%08x.wal.lz4".formatted(position.index(), position.offset());
    }

    /** The index in a snapshot's file name, without folders; empty when it is no such name. */
    public static OptionalInt parseSnapshotName(String name) {
        Matcher matcher = match(SNAPSHOT_NAME, name);
        if (matcher == null) {
            return OptionalInt.empty();
        }
        long index = Long.parseLong(matcher.group(1), 16);
        return index > Position.MAX_INDEX ? OptionalInt.empty() : OptionalInt.of((int) index);
    }

    /** The position in a WAL segment's file name, without folders; null when it is no such name. */
    public static @Nullable Position parseSegmentName(Generation generation, String name) {
        Matcher matcher = match(SEGMENT_NAME, name);
        if (matcher == null) {
            return null;
        }
        long index = Long.parseLong(matcher.group(1), 16);
        long offset = Long.parseUnsignedLong(matcher.group(2), 16);
        boolean canonical = matcher.group(2).length() == 8 || matcher.group(2).charAt(0) != '0';
        return index > Position.MAX_INDEX || offset < 0 || !canonical
                ? null
                : new Position(generation, (int) index, offset);
    }

    private static @Nullable Matcher match(Pattern pattern, String name) {
        if (name.length() > MAX_NAME_LENGTH) {
            return null;
        }
        Matcher matcher = pattern.matcher(name);
        return matcher.matches() ? matcher : null;
    }
}
