package io.litestream4j.database;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.database.SealOutcome.Result;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The live database: copies its WAL into the shadow WAL, seals indexes, and gives snapshots. Every method takes one
 * lock, so at most one of them works at a time; none waits for a replica.
 *
 * <p>Continuity is the one thing that it must never get wrong. A WAL header that isn't the shadow's is the next index
 * only if this object sealed the index before and has held the pin ever since. Everything else breaks the generation.
 */
public final class SourceDatabase implements AutoCloseable {

    /** The pin was taken after the last copy: where its mark is will be known, as a bound, after the next one. */
    private static final long UNKNOWN = -1;

    private final Path path;
    private final MetaDirectory meta;
    private final MetaLock metaLock;
    private final SqliteSession session;
    private final LiveWal wal;
    private final Sealing sealing;
    private final @Nullable FileIdentity identity;
    private final Set<SnapshotImage> images = new HashSet<>();

    private @Nullable DatabaseFile file;
    private @Nullable ShadowWal shadow;
    private String brokenReason;
    private boolean endMarks;
    private boolean sealed;
    /** Checkpoints of others can't move frames at or behind this offset of the current index into the file. */
    private long pinnedEnd = UNKNOWN;
    /** End of the frame with which we began the current index ourselves; 0 when somebody else began it. */
    private long ownEnd;

    SourceDatabase(
            Path path, MetaDirectory meta, MetaLock metaLock, SqliteSession session, LiveWal wal, Continuity continuity)
            throws IOException {
        this.path = path;
        this.meta = meta;
        this.metaLock = metaLock;
        this.session = session;
        this.wal = wal;
        this.sealing = new Sealing(session);
        this.identity = FileIdentity.of(path);
        this.shadow = continuity.shadow();
        this.brokenReason = continuity.brokenReason();
        this.sealed = continuity.sealed();
        this.endMarks = shadow != null && meta.hasEndMarks(shadow.generation());
    }

    /** The database's file. */
    public Path path() {
        return path;
    }

    /** How far the WAL is copied; null while no generation is going on. */
    public synchronized @Nullable Position position() {
        return shadow == null ? null : shadow.position();
    }

    /** Why there is no generation going on, or why there was none when the current one began. */
    public synchronized String brokenReason() {
        return brokenReason;
    }

    /** Whether replicas of the current generation have an end mark behind every finished index. */
    public synchronized boolean hasEndMarks() {
        return endMarks;
    }

    /** Whether the current index is finished and the next one hasn't begun. */
    public synchronized boolean isSealed() {
        return sealed;
    }

    /** Whether the database file is the exact image of the start of the current index, and can't change. */
    public synchronized boolean hasExactImage() {
        return shadow != null && !sealed && pinnedEnd == 0;
    }

    /** Frames in the current index that somebody else than us has committed, 0 when there are none. */
    public synchronized long framesToSeal() {
        if (shadow == null || sealed || shadow.position().offset() <= ownEnd) {
            return 0;
        }
        ShadowIndex current = shadow.current();
        return current.header().framesIn(current.end());
    }

    /** Bytes of the live WAL's file. */
    public synchronized long walSize() throws IOException {
        return wal.size();
    }

    /** Bytes of the shadow WAL. */
    public synchronized long shadowSize() {
        return shadow == null ? 0 : shadow.size();
    }

    /** Bytes of shadow WAL behind a position of the current generation. */
    public synchronized long bytesAfter(Position position) {
        return isCurrent(position.generation()) && shadow != null ? shadow.bytesAfter(position) : 0;
    }

    /** Whether another file has taken the place of the one that was opened. */
    public boolean wasReplaced() throws IOException {
        FileIdentity now = FileIdentity.of(path);
        return now == null || (identity != null && now.inode() != identity.inode());
    }

    /**
     * Copies what was committed since the last copy.
     *
     * @return whether anything was
     * @throws ForeignReplicatorException when another replicator writes to the shadow WAL
     */
    public synchronized boolean sync() throws IOException {
        try {
            return copyTail();
        } catch (GenerationBrokenException e) {
            breakGeneration(e.reason());
            return false;
        }
    }

    private boolean copyTail() throws IOException, GenerationBrokenException {
        if (shadow == null) {
            return false;
        }
        if (!shadow.current().isUntouched()) {
            throw new ForeignReplicatorException(shadow.current().path());
        }
        if (!session.pin().isHeld()) {
            throw new GenerationBrokenException("the read transaction that pins the WAL was lost");
        }
        WalHeader header = wal.readHeader();
        if (sealed && (header == null || !header.equals(shadow.current().header()))) {
            return header != null && copyNextIndex(shadow, header);
        }
        requireContinuity(shadow.current(), header);
        boolean copied = shadow.append(wal) > 0;
        if (copied) {
            sealed = false;
        }
        if (pinnedEnd == UNKNOWN) {
            pinnedEnd = shadow.position().offset();
        }
        return copied;
    }

    private boolean copyNextIndex(ShadowWal open, WalHeader header) throws IOException, GenerationBrokenException {
        if (header.pageSize() != open.current().header().pageSize()) {
            throw new GenerationBrokenException("page size changed from %d to %d"
                    .formatted(open.current().header().pageSize(), header.pageSize()));
        }
        if (open.position().index() == Position.MAX_INDEX - 1) {
            throw new GenerationBrokenException("max index exceeded");
        }
        if (!open.roll(wal, header)) {
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

    /**
     * Tries to finish the current index.
     *
     * @param pause how long writers may be made to wait for readers that are in the way
     */
    public synchronized SealOutcome seal(Duration pause) throws IOException, SQLException {
        try {
            copyTail();
            if (shadow == null || sealed) {
                return new SealOutcome(Result.NOTHING_TO_SEAL, 0);
            }
            if (!images.isEmpty()) {
                return new SealOutcome(Result.SNAPSHOT_IN_PROGRESS, 0);
            }
            return sealCurrent(shadow, pause);
        } catch (GenerationBrokenException e) {
            breakGeneration(e.reason());
            return new SealOutcome(Result.NOTHING_TO_SEAL, 0);
        }
    }

    private SealOutcome sealCurrent(ShadowWal open, Duration pause)
            throws IOException, SQLException, GenerationBrokenException {
        boolean framesAfterPin = open.position().offset() > pinnedEnd;
        pinnedEnd = UNKNOWN;
        if (framesAfterPin) {
            sealing.prepare();
        }
        SealOutcome outcome = sealing.seal(new ShadowTail(open), pause);
        if (outcome.result() != Result.LOCKED_BY_WRITER) {
            // The pin was renewed under the write lock, when everything was copied.
            pinnedEnd = open.position().offset();
            sealed = outcome.result() == Result.SEALED;
        }
        copyTail();
        return outcome;
    }

    /** The tail of the current index. */
    private final class ShadowTail implements Sealing.Tail {

        private final ShadowWal open;

        ShadowTail(ShadowWal open) {
            this.open = open;
        }

        @Override
        public long copy() throws IOException, GenerationBrokenException {
            copyTail();
            return open.current().header().framesIn(open.position().offset());
        }

        @Override
        public boolean hasMoved() throws IOException {
            ShadowIndex current = open.current();
            WalHeader header = wal.readHeader();
            if (header == null || !header.equals(current.header())) {
                return true;
            }
            byte[] bytes = new byte[WalFrameHeader.SIZE];
            boolean whole = wal.read(ByteBuffer.wrap(bytes), current.end()) == bytes.length;
            return whole && header.hasSaltsOf(WalFrameHeader.parse(bytes, 0));
        }
    }

    /**
     * Begins the next index after a seal that nobody has followed with a commit, by a commit of our own that changes
     * nothing.
     *
     * @return whether the index has begun, by whomever
     */
    public synchronized boolean beginIndex() throws IOException, SQLException {
        try {
            copyTail();
            if (shadow != null && sealed && touch()) {
                copyTail();
                if (!sealed
                        && shadow.current().header().framesIn(shadow.position().offset()) == 1) {
                    ownEnd = shadow.position().offset();
                }
            }
            return shadow != null && !sealed;
        } catch (GenerationBrokenException e) {
            breakGeneration(e.reason());
            return false;
        }
    }

    private boolean touch() throws SQLException {
        SqliteConnection writer = session.writer();
        try {
            writer.beginImmediate();
        } catch (SQLException e) {
            return false;
        }
        boolean committed = false;
        try {
            writer.touch();
            writer.commit();
            committed = true;
            return true;
        } finally {
            if (!committed) {
                writer.rollback();
            }
        }
    }

    /**
     * Tries to begin a new generation, whose index 0 is a WAL that was restarted under the pin, so that the database
     * file is the exact image of its start.
     *
     * @param pause how long writers may be made to wait for readers that are in the way
     * @return whether a generation has begun; if not, the WAL is not pinned, and an application's own checkpoints work
     */
    public synchronized boolean beginGeneration(Duration pause) throws IOException, SQLException {
        abortSnapshots();
        if (shadow != null || !images.isEmpty()) {
            return shadow != null;
        }
        session.pin().release();
        session.checkpointer().checkpoint(Checkpoint.Mode.PASSIVE);
        UncopiedTail tail = new UncopiedTail();
        boolean begun = false;
        try {
            begun = sealing.seal(tail, pause).result() == Result.SEALED && beginAfter(tail);
        } catch (GenerationBrokenException e) {
            throw new IllegalStateException("nothing is copied, so nothing can be missing", e);
        } finally {
            if (!begun) {
                session.pin().release();
            }
        }
        return begun;
    }

    private boolean beginAfter(UncopiedTail tail) throws IOException, SQLException {
        if (!tail.hasMoved()) {
            touch();
        }
        WalHeader header = wal.readHeader();
        return header != null && tail.hasMoved() && adopt(header, 0);
    }

    /** A tail that nobody needs: a new generation has all of it in its snapshot. */
    private final class UncopiedTail implements Sealing.Tail {

        private @Nullable WalHeader header;

        @Override
        public long copy() throws IOException {
            header = wal.readHeader();
            return -1;
        }

        @Override
        public boolean hasMoved() throws IOException {
            WalHeader now = wal.readHeader();
            return now != null && !now.equals(header);
        }
    }

    /**
     * Begins a new generation although readers keep the WAL from being sealed: index 0 is the live WAL from its
     * header.
     *
     * @return false when that WAL is empty or restarts just now
     */
    public synchronized boolean beginGenerationUnsealed() throws IOException, SQLException {
        if (shadow != null || !images.isEmpty()) {
            return shadow != null;
        }
        session.pin().renew();
        WalHeader header = wal.readHeader();
        boolean begun = header != null && adopt(header, UNKNOWN);
        if (begun && sync() && shadow == null) {
            begun = false;
        }
        if (!begun) {
            session.pin().release();
        }
        return begun;
    }

    private boolean adopt(WalHeader header, long end) throws IOException {
        Generation generation = Generation.random();
        ShadowWal begun = ShadowWal.begin(meta, generation, wal, header);
        if (begun == null) {
            return false;
        }
        meta.writeEndMarksFlag(generation);
        meta.writeGeneration(generation);
        meta.keepOnly(generation);
        shadow = begun;
        endMarks = true;
        sealed = false;
        pinnedEnd = end == UNKNOWN ? begun.position().offset() : end;
        ownEnd = 0;
        return true;
    }

    /** Ends the current generation; nothing of it is shipped any more. */
    public synchronized void breakGeneration(String reason) {
        abortSnapshots();
        Closing.all(shadow);
        shadow = null;
        sealed = false;
        pinnedEnd = UNKNOWN;
        brokenReason = reason;
    }

    /**
     * The database at the start of the current index, to be read while the application goes on; to be closed.
     *
     * @param anyPin whether frames may have to be replayed up to a required position; else only an exact image will do
     * @return null when there is none of that kind now: the index has to be sealed first
     */
    public synchronized @Nullable SnapshotImage openSnapshot(boolean anyPin) throws IOException {
        sync();
        if (shadow == null || (pinnedEnd != 0 && !anyPin)) {
            return null;
        }
        if (file == null) {
            file = DatabaseFile.acquire(path);
        }
        Position start = shadow.position().atOffset(0);
        SnapshotImage image = SnapshotImage.of(this, file, start, shadow.current(), pinnedEnd);
        images.add(image);
        return image;
    }

    synchronized void snapshotClosed(SnapshotImage image) {
        images.remove(image);
    }

    /** Makes every snapshot that is being read end with an exception. */
    public synchronized void abortSnapshots() {
        images.forEach(SnapshotImage::abort);
    }

    /** Whether a snapshot is being read. */
    public synchronized boolean isReadingSnapshot() {
        return !images.isEmpty();
    }

    /** Whether the shadow WAL has what follows a position. */
    public synchronized boolean holds(Position position) {
        return shadow != null && isCurrent(position.generation()) && shadow.holds(position);
    }

    /**
     * Where a replica that has everything up to a position goes on.
     *
     * @return null when it has everything
     * @throws GenerationBrokenException when it has more than the shadow WAL, or what follows is not here any more
     */
    public synchronized @Nullable ShadowSegment segmentFrom(Position position) throws GenerationBrokenException {
        if (shadow == null || !isCurrent(position.generation())) {
            return null;
        }
        return shadow.segmentFrom(position);
    }

    /** Deletes local copies of indexes below one that every replica has reached. */
    public synchronized void prune(int belowIndex) throws IOException {
        if (shadow != null) {
            shadow.prune(belowIndex);
        }
    }

    private boolean isCurrent(Generation generation) {
        return shadow != null && shadow.generation().equals(generation);
    }

    /**
     * Ends the connections. After a seal, and if no other process is connected, leaves the record that lets the next
     * start go on with the same generation. Every other connection of this process should have closed before.
     */
    @Override
    public synchronized void close() {
        abortSnapshots();
        CleanShutdown shutdown = new CleanShutdown(meta, path, wal, Clock.systemUTC());
        boolean recorded = shadow != null
                && sealed
                && shutdown.record(shadow.position(), () -> {
                    sync();
                    return sealed;
                });
        Closing.all(shadow, session, wal);
        if (recorded) {
            shutdown.withdrawIfConnected();
        }
        if (file != null) {
            Closing.all(file::release);
        }
        Closing.all(metaLock);
        shadow = null;
    }
}
