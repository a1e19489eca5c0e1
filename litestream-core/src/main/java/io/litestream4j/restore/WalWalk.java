package io.litestream4j.restore;

import io.litestream4j.wal.DatabaseHeader;
import io.litestream4j.wal.FrameChain;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks the WAL of one index, given in pieces, and proves each frame by the salts and checksums that chain it to the
 * header. Stands at a frame boundary between calls and after an exception, so that a piece can be read again from there.
 */
final class WalWalk {

    /** How much more than its frames a WAL can make a database grow, by SQLite's own rule: the page that it never uses. */
    private static final long LOCK_PAGE_SIZE = 65536;

    private final int pageSize;
    private final int lockPage;
    private final byte[] frame;
    private final long sizeBefore;
    private final Set<Long> earlierSalts;
    private @Nullable FrameChain chain;
    private long offset;
    private long committed;

    /**
     * At the start of the first WAL.
     *
     * @param pageSize of the database
     * @param sizeBefore bytes of the database before it
     */
    WalWalk(int pageSize, long sizeBefore) {
        this(pageSize, sizeBefore, new HashSet<>());
    }

    private WalWalk(int pageSize, long sizeBefore, Set<Long> earlierSalts) {
        this.pageSize = pageSize;
        this.sizeBefore = sizeBefore;
        this.earlierSalts = earlierSalts;
        this.lockPage = DatabaseHeader.lockPage(pageSize);
        this.frame = new byte[WalFrameHeader.SIZE + pageSize];
    }

    /** At the start of the WAL after this one, where the database has that many bytes. */
    WalWalk next(long newSizeBefore) {
        return new WalWalk(pageSize, newSizeBefore, earlierSalts);
    }

    /** Bytes that were proved. */
    long offset() {
        return offset;
    }

    /** Where the last commit ends; 0 before the first. */
    long committed() {
        return committed;
    }

    /** Whether the last frame was a commit, or there was none yet. */
    boolean isBetweenTransactions() {
        return offset <= WalHeader.SIZE || committed == offset;
    }

    /** Walks to the end of the stream, which begins at {@link #offset()}. */
    void walk(InputStream in, StoredObject object, FrameSink sink) throws IOException {
        FrameChain frames = chain;
        if (frames == null) {
            frames = readHeader(in, object);
            if (frames == null) {
                return;
            }
            chain = frames;
        }
        while (readWhole(in, frame.length, object)) {
            WalFrameHeader header = WalFrameHeader.parse(frame, 0);
            // judged before the chain moves: after an exception chain and offset must stand at the same frame
            if (header.pageNumber() == lockPage) {
                throw object.damage(
                        "expected a page of the database at offset %d, got page %d, which SQLite never uses"
                                .formatted(offset, lockPage),
                        null);
            }
            requirePossible(Integer.toUnsignedLong(header.commitSize()), object);
            if (!frames.advance(frame, 0)) {
                throw object.damage(
                        "expected the next frame of this WAL at offset %d, got one whose salts or checksum don't follow"
                                .formatted(offset),
                        null);
            }
            offset += frame.length;
            sink.page(header.pageNumber(), frame, WalFrameHeader.SIZE);
            if (header.isCommit()) {
                committed = offset;
                sink.commit(Integer.toUnsignedLong(header.commitSize()));
            }
        }
    }

    private void requirePossible(long pages, StoredObject object) {
        long most = sizeBefore + offset + frame.length + LOCK_PAGE_SIZE;
        if (pages * pageSize > most) {
            throw object.damage(
                    "expected a database of at most %d bytes at offset %d, got a commit with %d pages of %d"
                            .formatted(most, offset, pages, pageSize),
                    null);
        }
    }

    private @Nullable FrameChain readHeader(InputStream in, StoredObject object) throws IOException {
        if (!readWhole(in, WalHeader.SIZE, object)) {
            return null;
        }
        WalHeader header = WalHeader.parse(frame);
        if (header == null) {
            throw object.damage("expected a WAL header at offset 0, got something else", null);
        }
        if (header.pageSize() != pageSize) {
            throw object.damage(
                    "expected a WAL of a database with pages of %d bytes, got pages of %d"
                            .formatted(pageSize, header.pageSize()),
                    null);
        }
        // SQLite draws one of them anew for each WAL: nothing else ties an index to its place
        if (!earlierSalts.add((long) header.salt1() << 32 | Integer.toUnsignedLong(header.salt2()))) {
            throw object.damage("expected a WAL of its own at offset 0, got the salts of an earlier one", null);
        }
        offset = WalHeader.SIZE;
        return new FrameChain(header);
    }

    private boolean readWhole(InputStream in, int length, StoredObject object) throws IOException {
        int count = in.readNBytes(frame, 0, length);
        if (count > 0 && count < length) {
            throw object.damage(
                    "expected %d bytes at offset %d, got %d and then the end".formatted(length, offset, count), null);
        }
        return count > 0;
    }
}
