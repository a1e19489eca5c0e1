package io.litestream4j.database;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.io.DurableFiles;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The local copy of one generation's WAL, one file for each index. Indexes are dense; a finished one is durable before
 * the next one has a name; each has at least one committed transaction. Not thread-safe.
 */
final class ShadowWal implements AutoCloseable {

    private final MetaDirectory meta;
    private final Generation generation;
    /** Read by the status without a lock. */
    private final NavigableMap<Integer, Long> finishedEnds;

    private int index;
    private ShadowIndex current;
    private @Nullable ShadowIndex next;

    private ShadowWal(
            MetaDirectory meta,
            Generation generation,
            NavigableMap<Integer, Long> finishedEnds,
            int index,
            ShadowIndex current) {
        this.meta = meta;
        this.generation = generation;
        this.finishedEnds = new ConcurrentSkipListMap<>(finishedEnds);
        this.index = index;
        this.current = current;
    }

    /**
     * Begins a generation whose index 0 is the WAL that is live now, from its header.
     *
     * @param committedEnd offset behind the last frame that is committed
     * @return null when that WAL has no committed transaction yet
     */
    static @Nullable ShadowWal begin(
            MetaDirectory meta, Generation generation, LiveWal wal, WalHeader header, long committedEnd)
            throws IOException {
        new DurableFiles().createDirectories(meta.walFolder(generation));
        ShadowIndex first = ShadowIndex.create(meta.shadowFile(generation, 0), header, wal.headerBytes());
        boolean begun = false;
        try {
            begun = first.appendFrom(wal.before(committedEnd)) > 0;
            return begun ? new ShadowWal(meta, generation, new TreeMap<>(), 0, first) : null;
        } finally {
            if (!begun) {
                first.close();
            }
        }
    }

    /**
     * Opens what an earlier run left, and proves all of it.
     *
     * @return null when it isn't whole: a hole between indexes, or a file that isn't a WAL with a commit
     */
    static @Nullable ShadowWal open(MetaDirectory meta, Generation generation) throws IOException {
        NavigableSet<Integer> indexes = indexesIn(meta.walFolder(generation));
        if (indexes.isEmpty() || indexes.last() - indexes.first() != indexes.size() - 1) {
            return null;
        }
        TreeMap<Integer, Long> ends = new TreeMap<>();
        for (int finished : indexes.headSet(indexes.last())) {
            try (ShadowIndex opened = ShadowIndex.open(meta.shadowFile(generation, finished))) {
                if (opened == null) {
                    return null;
                }
                ends.put(finished, opened.end());
            }
        }
        ShadowIndex newest = ShadowIndex.open(meta.shadowFile(generation, indexes.last()));
        return newest == null ? null : new ShadowWal(meta, generation, ends, indexes.last(), newest);
    }

    private static NavigableSet<Integer> indexesIn(Path folder) throws IOException {
        TreeSet<Integer> indexes = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.wal")) {
            for (Path file : files) {
                int parsed = MetaDirectory.indexOf(file);
                if (parsed >= 0) {
                    indexes.add(parsed);
                }
            }
        } catch (NoSuchFileException e) {
            return indexes;
        }
        return indexes;
    }

    Generation generation() {
        return generation;
    }

    /** Behind the last committed frame that was copied. */
    Position position() {
        return new Position(generation, index, current.end());
    }

    /** What status may know of it while work goes on. */
    ShadowExtent extent() {
        return new ShadowExtent(position(), size(), 0, Collections.unmodifiableNavigableMap(finishedEnds));
    }

    /** The newest index. */
    ShadowIndex current() {
        return current;
    }

    /** Copies what was committed since; returns the number of bytes. */
    long append(LiveWal wal, long committedEnd) throws IOException {
        return current.appendFrom(wal.before(committedEnd));
    }

    /**
     * Goes on with the WAL that replaced the sealed one, as the next index, once it has a committed transaction.
     *
     * @return whether it has
     */
    boolean roll(LiveWal wal, WalHeader header, long committedEnd) throws IOException, GenerationBrokenException {
        if (next != null && !(next.header().equals(header) && next.isUntouched())) {
            next.close();
            next = null;
        }
        if (next == null) {
            // After a power failure, an index that exists says that the one before it is whole.
            makeDurable(current);
            next = ShadowIndex.create(meta.shadowFile(generation, index + 1), header, wal.headerBytes());
        }
        if (next.appendFrom(wal.before(committedEnd)) == 0) {
            return false;
        }
        finishedEnds.put(index, current.end());
        current.close();
        current = next;
        next = null;
        index++;
        return true;
    }

    /** After an fsync that went wrong the kernel forgets what it didn't write: the next one succeeds and proves nothing. */
    private static void makeDurable(ShadowIndex index) throws GenerationBrokenException {
        try {
            index.sync();
        } catch (IOException e) {
            throw new GenerationBrokenException("fsync of the shadow WAL went wrong, its content counts as lost: "
                    + index.path() + ": " + e.getMessage());
        }
    }

    /** Where a replica that has everything up to a position goes on; null when there is nothing yet. */
    @Nullable
    ShadowSegment segmentFrom(Position from) throws GenerationBrokenException {
        Long end = from.index() == index ? Long.valueOf(current.end()) : finishedEnds.get(from.index());
        if (end == null || from.offset() > end) {
            throw new GenerationBrokenException("replica-ahead: it holds " + from + ", the shadow WAL ends at "
                    + position() + (finishedEnds.isEmpty() ? "" : " and begins at index " + finishedEnds.firstKey()));
        }
        if (from.offset() == end && from.index() == index) {
            return null;
        }
        return new ShadowSegment(meta.shadowFile(generation, from.index()), from, end);
    }

    /** Whether the bytes before a position are still here. */
    boolean holds(Position position) {
        return position.index() == index || finishedEnds.containsKey(position.index());
    }

    /** Bytes of WAL behind a position that are here. */
    long bytesAfter(Position position) {
        long bytes = position.index() <= index ? current.end() : 0;
        for (long end : finishedEnds.tailMap(position.index(), true).values()) {
            bytes += end;
        }
        return Math.max(0, bytes - position.offset());
    }

    /** Bytes on the local disk. */
    long size() {
        return bytesAfter(new Position(generation, 0, 0));
    }

    /** Deletes finished indexes below one that every replica has reached. */
    void prune(int below) throws IOException {
        while (!finishedEnds.isEmpty() && finishedEnds.firstKey() < Math.min(below, index)) {
            Files.deleteIfExists(meta.shadowFile(generation, finishedEnds.firstKey()));
            finishedEnds.pollFirstEntry();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (next != null) {
                next.close();
            }
        } finally {
            current.close();
        }
    }
}
