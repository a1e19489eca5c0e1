package io.litestream4j.restore;

import io.litestream4j.Position;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4FrameException;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.wal.DatabaseHeader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries out one plan into one file. Objects are fetched in parallel and applied here, in order, on the calling
 * thread. Every byte is proved before it counts: objects by their checksums, WAL frames by the chain of their index.
 */
final class RestoreRun implements Closeable {

    /** Bytes of pages that wait to be written. */
    static final int PAGE_BUFFER = 8 << 20;

    private final RestorePlan plan;
    private final FileChannel file;
    private final RestoreMeter meter;
    private final ObjectFetcher fetcher;
    private final StoredObject snapshot;
    private final List<StoredObject> segments = new ArrayList<>();
    private final List<StoredObject> following = new ArrayList<>();
    private final BitSet replaced = new BitSet();
    private final Map<Integer, Long> replacedSums = new HashMap<>();
    private final DatabasePages database;
    private final PageBuffer pages;
    private final FrameSink pageSink;
    private final long snapshotPages;
    private WalWalk wal;
    private int index;

    /**
     * Writes the snapshot into the file; {@link #applyWal} goes on.
     *
     * @param file empty, open for reading and writing
     * @param spill a path for pages of large transactions
     */
    RestoreRun(ReplicaClient client, RestorePlan plan, Settings settings, FileChannel file, Path spill)
            throws IOException {
        this.plan = plan;
        this.file = file;
        this.meter = settings.meter();
        this.snapshot = StoredObject.of(client, plan.snapshot());
        plan.segments().forEach(segment -> segments.add(StoredObject.of(client, plan.snapshot(), segment)));
        plan.following().forEach(segment -> following.add(StoredObject.of(client, plan.snapshot(), segment)));
        this.fetcher = new ObjectFetcher(objects(), settings.parallelism(), settings.retries());
        this.index = plan.snapshot().index();
        this.database = new DatabasePages(file, writeSnapshotAgainIfDamaged());
        this.snapshotPages = Math.min(database.count(), Integer.MAX_VALUE);
        this.pages = new PageBuffer(
                database, new TransactionSpill(spill, database.pageSize()), settings.pageBuffer(), this::markReplaced);
        this.wal = new WalWalk(database.pageSize(), file.size());
        this.pageSink = sinkOf(pages);
    }

    /** How a run goes about it. */
    record Settings(int parallelism, int pageBuffer, Retries retries, RestoreMeter meter) {}

    /** Applies all segments; returns the position of the state that the file holds then. */
    Position applyWal() throws IOException {
        for (int i = 0; i < segments.size(); i++) {
            WalSegmentInfo info = plan.segments().get(i);
            if (info.position().index() != index) {
                beginIndex(info);
            }
            read(segments.get(i), fetcher.next(), pageSink);
            requireEnd(info, plan.nextInIndex(i));
        }
        Position reached = new Position(plan.generation(), index, wal.committed());
        pages.flush();
        if (plan.comparesFollowing()) {
            compareFollowing();
        }
        return reached;
    }

    @Override
    public void close() throws IOException {
        fetcher.close();
        pages.close();
    }

    private List<StoredObject> objects() {
        List<StoredObject> objects = new ArrayList<>();
        objects.add(snapshot);
        objects.addAll(segments);
        if (plan.comparesFollowing()) {
            objects.addAll(following);
        }
        return objects;
    }

    private int writeSnapshotAgainIfDamaged() throws IOException {
        try {
            return writeSnapshot(fetcher.next());
        } catch (Lz4FrameException | BackupDamage e) {
            try {
                return writeSnapshot(fetcher.again(snapshot));
            } catch (Lz4FrameException damaged) {
                throw snapshot.damage(String.valueOf(damaged.getMessage()), damaged);
            }
        }
    }

    private int writeSnapshot(InputStream stored) throws IOException {
        file.truncate(0);
        file.position(0);
        try (InputStream in = Lz4Frames.decompress(meter.count(stored))) {
            byte[] buffer = new byte[1 << 20];
            int count = in.readNBytes(buffer, 0, buffer.length);
            DatabaseHeader header = DatabaseHeader.parse(Arrays.copyOf(buffer, Math.min(count, 100)));
            if (header == null) {
                throw snapshot.damage("expected a SQLite database, got %d or more other bytes".formatted(count), null);
            }
            while (count > 0) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                count = in.readNBytes(buffer, 0, buffer.length);
            }
            if (file.size() % header.pageSize() != 0) {
                throw snapshot.damage(
                        "expected whole pages of %d bytes, got %d bytes".formatted(header.pageSize(), file.size()),
                        null);
            }
            return header.pageSize();
        }
    }

    private void beginIndex(WalSegmentInfo first) throws IOException {
        if (!wal.isBetweenTransactions()) {
            throw BackupDamage.ofIndexEnd(
                    new Position(plan.generation(), index, wal.offset()),
                    new Position(plan.generation(), index, wal.offset()),
                    "expected a commit at the end of this index, got the end inside a transaction at offset "
                            + wal.offset());
        }
        pages.flush();
        wal = wal.next(file.size());
        index = first.position().index();
    }

    /** Reads a segment; one that is damaged is fetched again and read on from the last proved frame. */
    private void read(StoredObject object, InputStream stored, FrameSink sink) throws IOException {
        long start = wal.offset();
        try {
            walk(object, stored, 0, sink);
        } catch (Lz4FrameException | BackupDamage e) {
            try {
                walk(object, fetcher.again(object), wal.offset() - start, sink);
            } catch (Lz4FrameException damaged) {
                throw object.damage(String.valueOf(damaged.getMessage()), damaged);
            }
        }
    }

    private void walk(StoredObject object, InputStream stored, long skip, FrameSink sink) throws IOException {
        try (InputStream in = Lz4Frames.decompress(meter.count(stored))) {
            if (skip > 0 && in.skip(skip) < skip) {
                throw object.damage("expected %d bytes of content again, got less".formatted(skip), null);
            }
            wal.walk(in, object, sink);
        }
    }

    private void requireEnd(WalSegmentInfo segment, @Nullable WalSegmentInfo next) {
        long end = wal.offset();
        if (next == null || next.position().offset() == end) {
            return;
        }
        String name = ReplicaPaths.walSegment(segment.position());
        String nextName = ReplicaPaths.walSegment(next.position());
        if (next.position().offset() > end) {
            throw BackupDamage.ofSegment(
                    segment.position().atOffset(end),
                    "expected this segment after %s, got %s, which begins later".formatted(name, nextName),
                    null);
        }
        throw BackupDamage.ofSegment(
                next.position(),
                "expected it to begin at offset %d, where %s ends, got an overlap".formatted(end, name),
                null);
    }

    private void compareFollowing() throws IOException {
        long count = pages.pageCount();
        StateProof proof = plan.generation().hasEndMarks()
                ? new ExactSnapshotProof(database, snapshot, replacedSums, snapshotPages, count)
                : new SnapshotProof(database, snapshot, replaced, Math.min(count, snapshotPages));
        pages.dropPending(proof::page);
        for (StoredObject object : following) {
            read(object, fetcher.next(), proof);
        }
        proof.requireNoMix();
    }

    private void markReplaced(int pageNumber) throws IOException {
        // only what the snapshot may hold is of interest, and only within its own index
        if (plan.comparesFollowing() && Integer.toUnsignedLong(pageNumber) <= snapshotPages) {
            if (!replaced.get(pageNumber) && plan.generation().hasEndMarks()) {
                byte[] page = new byte[database.pageSize()];
                database.read(pageNumber, page);
                replacedSums.put(pageNumber, ExactSnapshotProof.sumOf(page, 0, page.length));
            }
            replaced.set(pageNumber);
        }
    }

    private static FrameSink sinkOf(PageBuffer pages) {
        return new FrameSink() {
            @Override
            public void page(int pageNumber, byte[] bytes, int offset) throws IOException {
                pages.put(pageNumber, bytes, offset);
            }

            @Override
            public void commit(long count) throws IOException {
                pages.commit(count);
            }
        };
    }
}
