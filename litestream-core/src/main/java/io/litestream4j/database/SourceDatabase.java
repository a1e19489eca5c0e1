package io.litestream4j.database;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.database.SealOutcome.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live database: its WAL copied into the shadow WAL, its indexes sealed, its snapshots. Every method takes one
 * lock, so one of them works at a time; none waits for a replica.
 *
 * <p>There is a generation or there is none; when one breaks, a new one has to be begun, and
 * {@link #brokenReason()} says why.
 */
public final class SourceDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceDatabase.class);

    private final Path path;
    private final MetaDirectory meta;
    private final MetaLock metaLock;
    private final SqliteSession session;
    private final LiveWal wal;
    private final @Nullable FileIdentity identity;
    private final Set<SnapshotImage> images = new HashSet<>();

    private @Nullable DatabaseFile file;
    private @Nullable WalFollower follower;
    private String brokenReason;
    private volatile ShadowExtent extent = ShadowExtent.NONE;

    SourceDatabase(
            Path path, MetaDirectory meta, MetaLock metaLock, SqliteSession session, LiveWal wal, Continuity continuity)
            throws IOException {
        this.path = path;
        this.meta = meta;
        this.metaLock = metaLock;
        this.session = session;
        this.wal = wal;
        this.identity = FileIdentity.of(path);
        this.follower = continuity.follower();
        this.brokenReason = continuity.brokenReason();
        // what an earlier run copied isn't counted as copied by this one
        this.extent = follower == null ? ShadowExtent.NONE : follower.shadow().extent();
    }

    /** How much is copied. Never waits for work that is under way. */
    public ShadowExtent extent() {
        return extent;
    }

    /** Ends each change, under the lock. */
    private void publish() {
        extent = (follower == null ? ShadowExtent.NONE : follower.shadow().extent()).after(extent);
    }

    /** How far the WAL is copied; null while no generation is going on. */
    public synchronized @Nullable Position position() {
        return follower == null ? null : follower.position();
    }

    /** Why there is no generation going on, or why there was none when the current one began. */
    public synchronized String brokenReason() {
        return brokenReason;
    }

    /** Whether the current index is finished and the next one hasn't begun. */
    public synchronized boolean isSealed() {
        return follower != null && follower.isSealed();
    }

    /** Whether the database file is the exact image of the start of the current index, and can't change. */
    public synchronized boolean hasExactImage() {
        return follower != null && follower.hasExactImage();
    }

    /** Frames in the current index that are not sealed. */
    public synchronized long frames() {
        return follower == null ? 0 : follower.frames();
    }

    /** Frames in the current index if somebody else than us has committed any, else 0. */
    public synchronized long framesToSeal() {
        return follower == null ? 0 : follower.framesToSeal();
    }

    /** Bytes of the live WAL's file. A stat call: an interrupted thread may ask. */
    public long walSize() throws IOException {
        return Math.max(0, FileIdentity.sizeOf(wal.path()));
    }

    /** Bytes of the shadow WAL. */
    public synchronized long shadowSize() {
        return follower == null ? 0 : follower.shadow().size();
    }

    /** Bytes of shadow WAL behind a position; 0 when its generation isn't the current one. */
    public synchronized long bytesAfter(Position position) {
        return isCurrent(position.generation()) && follower != null
                ? follower.shadow().bytesAfter(position)
                : 0;
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
    public synchronized boolean sync() throws IOException, SQLException {
        try {
            return follower != null && follower.copy();
        } catch (GenerationBrokenException e) {
            breakGeneration(e.reason());
            return false;
        } finally {
            publish();
        }
    }

    /**
     * Tries to finish the current index.
     *
     * @param pause how long writers may be made to wait for readers that are in the way
     */
    public synchronized SealOutcome seal(Duration pause) throws IOException, SQLException {
        if (follower == null) {
            return new SealOutcome(Result.NOTHING_TO_SEAL, 0);
        }
        if (!images.isEmpty()) {
            return new SealOutcome(Result.SNAPSHOT_IN_PROGRESS, 0);
        }
        try {
            return follower.seal(pause);
        } catch (GenerationBrokenException e) {
            breakGeneration(e.reason());
            return new SealOutcome(Result.NOTHING_TO_SEAL, 0);
        } finally {
            publish();
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
            return follower != null && follower.beginIndex();
        } catch (GenerationBrokenException e) {
            breakGeneration(e.reason());
            return false;
        } finally {
            publish();
        }
    }

    /**
     * Tries to begin a new generation where none is going on.
     *
     * @param pause how long writers may be made to wait for readers that are in the way
     * @param sealed whether the WAL has to be sealed for it; else the live WAL becomes index 0 as it is
     * @return whether a generation is going on now
     */
    public synchronized boolean beginGeneration(Duration pause, boolean sealed) throws IOException, SQLException {
        if (follower == null && images.isEmpty()) {
            GenerationStarter starter = new GenerationStarter(meta, session, wal);
            follower = sealed ? starter.beginSealed(pause) : starter.beginUnsealed();
            publish();
        }
        return follower != null;
    }

    /** Sees to it that no later run goes on with the current generation. */
    public synchronized void forgetGeneration() {
        try {
            meta.forgetGeneration();
        } catch (IOException e) {
            LOG.warn("{}: the name of the current generation can't be deleted: {}", path, e.toString());
        }
    }

    /** Ends the current generation; nothing of it is shipped any more. */
    public synchronized void breakGeneration(String reason) {
        abortSnapshots();
        Closing.all(follower);
        follower = null;
        brokenReason = reason;
        publish();
    }

    /**
     * The database at the start of the current index, to be read while the application goes on; to be closed.
     *
     * @param anyPin whether frames may have to be replayed up to a required position; else only an exact image will do
     * @return null when there is none of that kind now: the index has to be sealed first
     */
    public synchronized @Nullable SnapshotImage openSnapshot(boolean anyPin) throws IOException, SQLException {
        sync();
        if (follower == null || follower.pinnedEnd() == WalFollower.UNKNOWN || (follower.pinnedEnd() != 0 && !anyPin)) {
            return null;
        }
        if (file == null) {
            file = DatabaseFile.acquire(path);
        }
        SnapshotImage image = SnapshotImage.of(
                this,
                file,
                follower.position().atOffset(0),
                follower.shadow().current(),
                follower.isSealed() ? 0 : follower.pinnedEnd(),
                follower.pinnedEnd());
        images.add(image);
        return image;
    }

    synchronized void snapshotClosed(SnapshotImage image) {
        images.remove(image);
    }

    /**
     * Makes every snapshot that is being read end with an exception, at its next byte. From now on none of them keeps an
     * index from being sealed: the storage that one of them is written to may never take another byte.
     */
    public synchronized void abortSnapshots() {
        images.forEach(SnapshotImage::abort);
        images.clear();
    }

    /** Whether a snapshot is being read. */
    public synchronized boolean isReadingSnapshot() {
        return !images.isEmpty();
    }

    /** Whether the shadow WAL has the index of a position. */
    public synchronized boolean holds(Position position) {
        return isCurrent(position.generation())
                && follower != null
                && follower.shadow().holds(position);
    }

    /**
     * Where a replica that has everything up to a position goes on.
     *
     * @return null when it has everything, or its generation isn't the current one
     * @throws GenerationBrokenException when it has more than the shadow WAL, or what follows is not here any more
     */
    public synchronized @Nullable ShadowSegment segmentFrom(Position position) throws GenerationBrokenException {
        return isCurrent(position.generation()) && follower != null
                ? follower.shadow().segmentFrom(position)
                : null;
    }

    /** Deletes local copies of indexes below one that every replica has reached. */
    public synchronized void prune(int belowIndex) throws IOException {
        if (follower != null) {
            try {
                follower.shadow().prune(belowIndex);
            } finally {
                publish();
            }
        }
    }

    private boolean isCurrent(Generation generation) {
        return follower != null && follower.position().generation().equals(generation);
    }

    /**
     * Ends the connections. After a seal, and if no other process is connected, leaves the record that lets the next
     * start go on with the same generation. Every other connection of this process should have closed before.
     */
    @Override
    public synchronized void close() {
        abortSnapshots();
        CleanShutdown shutdown = new CleanShutdown(meta, path, wal, Clock.systemUTC());
        boolean recorded = follower != null
                && follower.isSealed()
                && shutdown.record(follower.position(), () -> {
                    sync();
                    return isSealed();
                });
        Closing.all(follower, session, wal);
        follower = null;
        publish();
        if (recorded) {
            shutdown.withdrawIfConnected();
        }
        if (file != null) {
            Closing.all(file::release);
        }
        Closing.all(metaLock);
    }
}
