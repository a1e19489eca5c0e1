package io.litestream4j.database;

import io.litestream4j.Position;
import io.litestream4j.database.SealOutcome.Result;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Follows the live WAL through one generation: copies it into the shadow WAL and ends its indexes. Not thread-safe.
 *
 * <p>Continuity is the one thing that it must never get wrong. A WAL header that isn't the shadow's is the next index
 * only if this object sealed the index before and the pin has been held ever since. Everything else breaks the
 * generation.
 */
final class WalFollower implements AutoCloseable {

    /** The pin was taken after the last copy: a bound for its mark will be known after the next one. */
    static final long UNKNOWN = -1;

    /** A tail of so many frames is copied and backfilled in a few milliseconds. */
    private static final int TAIL_FRAMES = 500;

    private static final int TAIL_ROUNDS = 4;

    /** Litestream 0.3 can't see a segment at an offset of more than eight hexadecimal digits. */
    static final long MAX_INDEX_SIZE = 0xF000_0000L;

    private final SqliteSession session;
    private final LiveWal wal;
    private final ShadowWal shadow;
    private final Sealing sealing;
    private boolean sealed;

    /** Checkpoints of others can't move frames at or behind this offset of the current index into the file. */
    private long pinnedEnd;

    /** End of the frame with which we began the current index ourselves; 0 when somebody else began it. */
    private long ownEnd;

    /**
     * @param sealed whether the newest index is finished, and the pin on read-mark 0
     * @param pinnedEnd bound for the pin's mark in the newest index, or {@link #UNKNOWN}
     */
    WalFollower(SqliteSession session, LiveWal wal, ShadowWal shadow, boolean sealed, long pinnedEnd) {
        this.session = session;
        this.wal = wal;
        this.shadow = shadow;
        this.sealing = new Sealing(session);
        this.sealed = sealed;
        this.pinnedEnd = pinnedEnd;
    }

    ShadowWal shadow() {
        return shadow;
    }

    Position position() {
        return shadow.position();
    }

    boolean isSealed() {
        return sealed;
    }

    /** Whether the database file is the exact image of the start of the current index, and can't change. */
    boolean hasExactImage() {
        return !sealed && pinnedEnd == 0;
    }

    /** Checkpoints of others can't move frames at or behind this offset of the current index; known after a copy. */
    long pinnedEnd() {
        return pinnedEnd;
    }

    /** Frames in the current index that are not sealed. */
    long frames() {
        return sealed ? 0 : shadow.current().header().framesIn(shadow.current().end());
    }

    /** Frames in the current index if somebody else than us has committed any, else 0. */
    long framesToSeal() {
        return shadow.current().end() <= ownEnd ? 0 : frames();
    }

    /** Copies what was committed since the last copy; returns whether anything was. */
    boolean copy() throws IOException, SQLException, GenerationBrokenException {
        if (!shadow.current().isUntouched()) {
            throw new ForeignReplicatorException(shadow.current().path());
        }
        if (!session.pin().isHeld()) {
            throw new GenerationBrokenException("the read transaction that pins the WAL was lost");
        }
        WalHeader header = wal.readHeader();
        if (sealed && (header == null || !header.equals(shadow.current().header()))) {
            return header != null && copyNextIndex(header);
        }
        try {
            requireContinuity(shadow.current(), header);
        } catch (GenerationBrokenException e) {
            if (sealed && !shadow.current().header().equals(wal.readHeader())) {
                // Truncated or restarted between two reads of this method, as a sealed WAL may be.
                return copy();
            }
            throw e;
        }
        boolean copied = hasFramesBehindEnd()
                && shadow.append(wal, session.committedEnd(shadow.current().header())) > 0;
        if (copied) {
            sealed = false;
            if (position().offset() > MAX_INDEX_SIZE) {
                throw new GenerationBrokenException(
                        "the WAL grew past %d bytes without a gap in which to seal it".formatted(MAX_INDEX_SIZE));
            }
        }
        if (pinnedEnd == UNKNOWN) {
            pinnedEnd = position().offset();
        }
        return copied;
    }

    private boolean copyNextIndex(WalHeader header) throws IOException, SQLException, GenerationBrokenException {
        int pageSize = shadow.current().header().pageSize();
        if (header.pageSize() != pageSize) {
            throw new GenerationBrokenException(
                    "page size changed from %d to %d".formatted(pageSize, header.pageSize()));
        }
        if (position().index() == Position.MAX_INDEX - 1) {
            throw new GenerationBrokenException("max index exceeded");
        }
        if (!shadow.roll(wal, header, session.committedEnd(header))) {
            return false;
        }
        sealed = false;
        pinnedEnd = 0;
        ownEnd = 0;
        return true;
    }

    private void requireContinuity(ShadowIndex current, @Nullable WalHeader header)
            throws IOException, GenerationBrokenException {
        if (header == null || wal.size() < current.end()) {
            throw new GenerationBrokenException("wal truncated by another process");
        }
        if (!header.equals(current.header())) {
            throw new GenerationBrokenException("wal restarted by another process");
        }
        byte[] bytes = new byte[WalFrameHeader.SIZE];
        wal.read(ByteBuffer.wrap(bytes), current.end() - header.frameSize());
        if (!current.endsWith(WalFrameHeader.parse(bytes, 0))) {
            throw new GenerationBrokenException("wal overwritten by another process");
        }
    }

    /** Tries to finish the current index. Nobody may need the database file as it is. */
    SealOutcome seal(Duration pause) throws IOException, SQLException, GenerationBrokenException {
        copy();
        if (sealed) {
            return new SealOutcome(Result.NOTHING_TO_SEAL, 0);
        }
        boolean framesAfterPin = position().offset() > pinnedEnd;
        pinnedEnd = UNKNOWN;
        if (framesAfterPin) {
            backfillUnlocked();
        }
        SealOutcome outcome = sealing.seal(new Tail(), pause);
        if (outcome.result() != Result.LOCKED_BY_WRITER) {
            // The pin was renewed under the write lock, when everything was copied.
            pinnedEnd = position().offset();
            sealed = outcome.result() == Result.SEALED;
        }
        copy();
        return outcome;
    }

    /** Copies and backfills until little is left to do under the write lock, or writers are faster than that. */
    private void backfillUnlocked() throws IOException, SQLException, GenerationBrokenException {
        long little = (long) TAIL_FRAMES * shadow.current().header().frameSize();
        long copied = Long.MAX_VALUE;
        for (int round = 0; round < TAIL_ROUNDS && copied > little; round++) {
            // Frames follow the pin's mark, so they aren't backfilled, so the new mark isn't 0, under which the WAL
            // could
            // restart.
            pinnedEnd = UNKNOWN;
            sealing.renewPin();
            copy();
            sealing.backfillMost();
            long markAtMost = pinnedEnd;
            copy();
            copied = position().offset() - markAtMost;
        }
    }

    /**
     * Begins the next index after a seal that nobody has followed with a commit, by a commit of our own that changes
     * nothing; returns whether the index has begun, by whomever.
     */
    boolean beginIndex() throws IOException, SQLException, GenerationBrokenException {
        copy();
        if (sealed) {
            Position before = position();
            if (session.touch()) {
                copy();
                noteOwnFrame(before);
            }
        }
        return !sealed;
    }

    /** The first frame of the current index is our own. */
    void beganByUs() {
        if (position().offset() == WalHeader.SIZE + shadow.current().header().frameSize()) {
            ownEnd = position().offset();
        }
    }

    /** Where older readers are left, our frame lands in the sealed index: no reason to seal it again either. */
    private void noteOwnFrame(Position before) {
        long previousEnd = position().index() == before.index() ? before.offset() : WalHeader.SIZE;
        if (position().offset() == previousEnd + shadow.current().header().frameSize()) {
            ownEnd = position().offset();
        }
    }

    /** The tail of the current index. */
    private final class Tail implements Sealing.Tail {

        @Override
        public long copy() throws IOException, SQLException, GenerationBrokenException {
            WalFollower.this.copy();
            return shadow.current().header().framesIn(position().offset());
        }

        @Override
        public boolean hasMoved() throws IOException {
            ShadowIndex current = shadow.current();
            WalHeader header = wal.readHeader();
            if (header == null || !header.equals(current.header())) {
                return true;
            }
            return hasFramesBehindEnd();
        }
    }

    private boolean hasFramesBehindEnd() throws IOException {
        ShadowIndex current = shadow.current();
        byte[] bytes = new byte[WalFrameHeader.SIZE];
        boolean whole = wal.read(ByteBuffer.wrap(bytes), current.end()) == bytes.length;
        return whole && current.header().hasSaltsOf(WalFrameHeader.parse(bytes, 0));
    }

    @Override
    public void close() throws IOException {
        shadow.close();
    }
}
