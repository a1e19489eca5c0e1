package io.litestream4j.database;

import io.litestream4j.Generation;
import io.litestream4j.database.SealOutcome.Result;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins generations. While none has begun the WAL is not pinned, so that an application's own checkpoints work. Not
 * thread-safe.
 */
final class GenerationStarter {

    private static final Logger LOG = LoggerFactory.getLogger(GenerationStarter.class);

    private final MetaDirectory meta;
    private final SqliteSession session;
    private final LiveWal wal;

    GenerationStarter(MetaDirectory meta, SqliteSession session, LiveWal wal) {
        this.meta = meta;
        this.session = session;
        this.wal = wal;
    }

    /**
     * Tries to begin a generation whose index 0 is a WAL that was restarted under the pin, so that the database file is
     * the exact image of its start.
     *
     * @return null when a reader or a writer is in the way
     */
    @Nullable
    WalFollower beginSealed(Duration pause) throws IOException, SQLException {
        session.pin().release();
        session.checkpoint(Checkpoint.Mode.PASSIVE);
        Tail tail = new Tail();
        WalFollower begun = null;
        try {
            if (new Sealing(session).seal(tail, pause).result() == Result.SEALED) {
                begun = beginAfter(tail);
            }
            return begun;
        } catch (GenerationBrokenException e) {
            throw new IllegalStateException("nothing is copied, so nothing can be missing", e);
        } finally {
            if (begun == null) {
                session.pin().release();
            }
        }
    }

    private @Nullable WalFollower beginAfter(Tail tail) throws IOException, SQLException {
        boolean ours = !tail.hasMoved();
        if (ours && !session.touch()) {
            return null;
        }
        // Under the pin the WAL restarts once: whatever header is there now stays until the next seal.
        WalHeader header = wal.readHeader();
        WalFollower begun = header == null || !tail.hasMoved() ? null : adopt(header, 0);
        if (begun != null && ours) {
            begun.beganByUs();
        }
        return begun;
    }

    /** A tail that need not be copied: the new generation has all of it in its snapshot. */
    private final class Tail implements Sealing.Tail {

        private @Nullable WalHeader header;

        @Override
        public long copy() throws IOException {
            header = wal.readHeader();
            return UNCOUNTED;
        }

        @Override
        public boolean hasMoved() throws IOException {
            WalHeader now = wal.readHeader();
            return now != null && !now.equals(header);
        }
    }

    /**
     * Begins a generation although readers keep the WAL from being sealed: index 0 is the live WAL from its header.
     *
     * @return null when that WAL is empty, too large, or restarts just now
     */
    @Nullable
    WalFollower beginUnsealed() throws IOException, SQLException {
        session.pin().renew();
        WalFollower begun = null;
        try {
            WalHeader header = wal.readHeader();
            boolean fits = wal.size() < WalFollower.MAX_INDEX_SIZE;
            WalFollower candidate = header == null || !fits ? null : adopt(header, WalFollower.UNKNOWN);
            if (candidate != null && stillFollows(candidate)) {
                begun = candidate;
            }
            return begun;
        } finally {
            if (begun == null) {
                session.pin().release();
            }
        }
    }

    private static boolean stillFollows(WalFollower candidate) throws IOException, SQLException {
        boolean follows = false;
        try {
            candidate.copy();
            follows = true;
        } catch (GenerationBrokenException e) {
            LOG.debug("the WAL restarted while a generation began: {}", e.reason());
        } finally {
            if (!follows) {
                candidate.close();
            }
        }
        return follows;
    }

    private @Nullable WalFollower adopt(WalHeader header, long pinnedEnd) throws IOException, SQLException {
        Generation generation = Generation.random();
        ShadowWal shadow = ShadowWal.begin(meta, generation, wal, header, session.committedEnd(header));
        if (shadow == null) {
            return null;
        }
        boolean adopted = false;
        try {
            meta.writeGeneration(generation);
            meta.keepOnly(generation);
            adopted = true;
        } finally {
            if (!adopted) {
                shadow.close();
            }
        }
        return new WalFollower(session, wal, shadow, false, pinnedEnd);
    }
}
