package io.litestream4j.replica.file;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaPaths;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file replica as Litestream 0.3.4 and older wrote it; only read, never written:
 *
 * <pre>
 * generations/&lt;generation&gt;/snapshots/&lt;index&gt;.snapshot    not compressed
 * generations/&lt;generation&gt;/wal/&lt;index&gt;.wal              the newest index, appended in place
 * generations/&lt;generation&gt;/wal/&lt;index&gt;.wal.lz4          each earlier one
 * </pre>
 *
 * <p>A WAL counts as one segment at offset 0. What isn't compressed is served in an LZ4 frame all the same. The newest
 * index may end inside a frame that was being written: that tail is left out; anywhere else it is damage.
 */
final class OldLayout {

    private static final Logger LOG = LoggerFactory.getLogger(OldLayout.class);
    private static final Pattern SNAPSHOT = Pattern.compile("([0-9a-f]{8})\\.snapshot");
    private static final Pattern WAL = Pattern.compile("([0-9a-f]{8})\\.wal(\\.lz4)?");
    private static final int HEADER_SIZE = 32;
    private static final int FRAME_HEADER_SIZE = 24;
    private static final int SMALLEST_PAGE = 512;
    private static final int LARGEST_PAGE = 65536;

    private final Path root;

    /** How much of a file that may still grow was listed. */
    private final Map<Position, Long> listedLengths = new ConcurrentHashMap<>();

    OldLayout(Path root) {
        this.root = root;
    }

    /** Adds the snapshots that exist in no other form. */
    void addSnapshots(Generation generation, List<FolderEntry> entries, List<SnapshotInfo> snapshots) {
        for (FolderEntry entry : entries) {
            Matcher name = SNAPSHOT.matcher(entry.name());
            int index = name.matches() ? index(name) : -1;
            if (isContent(entry) && index >= 0 && snapshots.stream().noneMatch(other -> other.index() == index)) {
                snapshots.add(
                        new SnapshotInfo(generation, index, Lz4Frames.storedSize(entry.size()), entry.modified()));
            }
        }
    }

    /** Adds the WALs of indexes that no segment begins. */
    void addWals(Generation generation, List<FolderEntry> entries, List<WalSegmentInfo> segments) throws IOException {
        TreeMap<Integer, FolderEntry> wals = new TreeMap<>();
        for (FolderEntry entry : entries) {
            Matcher name = WAL.matcher(entry.name());
            int index = name.matches() ? index(name) : -1;
            // the compressed form is written whole, after the other one was complete
            if (isContent(entry) && index >= 0 && (isCompressed(entry) || !wals.containsKey(index))) {
                wals.put(index, entry);
            }
        }
        int newest = Math.max(
                wals.isEmpty() ? -1 : wals.lastKey(),
                segments.stream()
                        .mapToInt(segment -> segment.position().index())
                        .max()
                        .orElse(-1));
        for (Map.Entry<Integer, FolderEntry> wal : wals.entrySet()) {
            Position position = new Position(generation, wal.getKey(), 0);
            if (segments.stream().noneMatch(segment -> segment.position().equals(position))) {
                long size = sizeOf(position, wal.getValue(), wal.getKey() == newest);
                if (size > Lz4Frames.EMPTY_FRAME_SIZE) {
                    segments.add(
                            new WalSegmentInfo(position, size, wal.getValue().modified()));
                }
            }
        }
    }

    /** Whether files of this layout are among these. */
    static boolean isAmong(List<FolderEntry> walEntries) {
        return walEntries.stream()
                .anyMatch(entry -> isContent(entry) && WAL.matcher(entry.name()).matches());
    }

    /** The snapshot in an LZ4 frame; null when there is none in this layout. */
    @Nullable
    InputStream openSnapshot(Generation generation, int index) throws IOException {
        Path file = root.resolve(ReplicaPaths.snapshots(generation)).resolve("%08x.snapshot".formatted(index));
        return isFile(file) ? Lz4Frames.store(read(file), Files.size(file)) : null;
    }

    /** The WAL of an index in an LZ4 frame; null when there is none in this layout. */
    @Nullable
    InputStream openWal(Position position) throws IOException {
        Path plain = plainWal(position);
        Path compressed = plain.resolveSibling(plain.getFileName() + ".lz4");
        if (position.offset() != 0) {
            return null;
        }
        if (isFile(compressed)) {
            return read(compressed);
        }
        if (!isFile(plain)) {
            return null;
        }
        long size = Files.size(plain);
        long listed = listedLengths.getOrDefault(position, size);
        if (size > listed) {
            LOG.warn(
                    "{}: the last {} bytes are left out: they end inside a frame, or were written since it was listed",
                    plain,
                    size - listed);
        }
        return Lz4Frames.store(read(plain), listed);
    }

    /** The files that hold the WAL of an index. */
    List<Path> walFiles(Position position) {
        Path plain = plainWal(position);
        return position.offset() == 0 ? List.of(plain, plain.resolveSibling(plain.getFileName() + ".lz4")) : List.of();
    }

    Path snapshotFile(SnapshotInfo snapshot) {
        return root.resolve(ReplicaPaths.snapshots(snapshot.generation()))
                .resolve("%08x.snapshot".formatted(snapshot.index()));
    }

    private long sizeOf(Position position, FolderEntry entry, boolean newest) throws IOException {
        if (isCompressed(entry)) {
            return entry.size();
        }
        long length = newest ? wholeFrames(plainWal(position), entry.size()) : entry.size();
        listedLengths.put(position, length);
        return Lz4Frames.storedSize(length);
    }

    /** Bytes of the header and all whole frames; everything when that can't be told: then a restore finds out. */
    private static long wholeFrames(Path wal, long size) throws IOException {
        byte[] header;
        try (InputStream in = read(wal)) {
            header = in.readNBytes(HEADER_SIZE);
        }
        if (header.length < HEADER_SIZE) {
            return 0;
        }
        long pageSize = Integer.toUnsignedLong(ByteBuffer.wrap(header).getInt(8));
        if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE) {
            return size;
        }
        return size - (size - HEADER_SIZE) % (FRAME_HEADER_SIZE + pageSize);
    }

    private Path plainWal(Position position) {
        return root.resolve(ReplicaPaths.walSegments(position.generation()))
                .resolve("%08x.wal".formatted(position.index()));
    }

    /** A file of no bytes holds nothing. */
    private static boolean isContent(FolderEntry entry) {
        return entry.attributes().isRegularFile() && entry.size() > 0;
    }

    private static boolean isCompressed(FolderEntry entry) {
        return entry.name().endsWith(".lz4");
    }

    private static int index(Matcher name) {
        long index = Long.parseLong(name.group(1), 16);
        return index > Position.MAX_INDEX ? -1 : (int) index;
    }

    private static boolean isFile(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static InputStream read(Path file) throws IOException {
        return Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }
}
