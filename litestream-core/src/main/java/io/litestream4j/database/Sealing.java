package io.litestream4j.database;

import io.litestream4j.database.SealOutcome.Result;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends a WAL index without a moment in which somebody could commit unseen. A and B are connections of the session; the
 * pin is the read transaction that keeps the WAL from being restarted.
 *
 * <ol>
 *   <li>The tail is copied, no lock held (by the caller).
 *   <li>The pin takes a newer mark, and B backfills most pages without the write lock.
 *   <li>A takes the write lock; the rest of the tail is copied: the shadow is complete. The pin ends; A's own
 *       transaction keeps the WAL.
 *   <li>B backfills the rest, waiting for readers at most for the pause.
 *   <li>The pin begins again. Everything is in the database file, so SQLite gives it read-mark 0: from now on the WAL
 *       may restart once, and nobody can touch the database file or restart it again. A lets go.
 *   <li>B waits for readers on older marks, so that the next commit restarts the WAL instead of appending to it.
 * </ol>
 *
 * <p>Not thread-safe.
 */
final class Sealing {

    private final SqliteSession session;

    /** The WAL's tail, as the caller knows it. */
    interface Tail {

        /** What {@link #copy()} returns when nothing is copied. */
        long UNCOUNTED = -1;

        /** Copies all of it, under the write lock; returns the number of frames that the index has then. */
        long copy() throws IOException, SQLException, GenerationBrokenException;

        /** Whether somebody has committed since the copy. */
        boolean hasMoved() throws IOException;
    }

    /** How long one wait for older readers may block: it holds the write lock, in vain if a commit came before it. */
    private static final Duration READER_WAIT = Duration.ofMillis(5);

    /** How long A waits with one mark. */
    private static final Duration MARK_WAIT = Duration.ofMillis(8);

    private static final long LOCK_RETRY_NANOS = 50_000;
    private static final long BACKFILL_RETRY_NANOS = 200_000;

    Sealing(SqliteSession session) {
        this.session = session;
    }

    /** Step 2: a newer mark for the pin. */
    void renewPin() throws SQLException {
        session.pin().renew();
    }

    /** Step 2: most of the backfill, without the write lock. */
    void backfillMost() throws SQLException {
        session.checkpoint(Checkpoint.Mode.PASSIVE);
    }

    /**
     * Steps 3 to 6, several times within the pause. Whatever happens, the pin is held and the write lock is free
     * afterwards.
     *
     * <p>SQLite has four read marks. Where readers hold all of them, A's own transaction joins an old one, and then no
     * wait is long enough: so A begins again, when a mark has become free.
     */
    SealOutcome seal(Tail tail, Duration pause) throws SQLException, IOException, GenerationBrokenException {
        long deadline = System.nanoTime() + pause.toNanos();
        Duration slice = pause.compareTo(MARK_WAIT) < 0 ? pause : MARK_WAIT;
        SealOutcome outcome = attempt(tail, slice, pause);
        long locked = outcome.lockNanos();
        while (outcome.result() == Result.BLOCKED_BY_READER && System.nanoTime() < deadline) {
            SealOutcome again = attempt(tail, slice, pause);
            locked += again.lockNanos();
            if (again.result() == Result.LOCKED_BY_WRITER) {
                break;
            }
            outcome = again;
        }
        return new SealOutcome(outcome.result(), locked);
    }

    private SealOutcome attempt(Tail tail, Duration slice, Duration pause)
            throws SQLException, IOException, GenerationBrokenException {
        if (!takeWriteLock()) {
            return new SealOutcome(Result.LOCKED_BY_WRITER, 0);
        }
        long locked = System.nanoTime();
        boolean complete;
        try {
            complete = copyAndBackfill(tail, slice);
        } finally {
            session.writer().rollback();
        }
        if (complete) {
            waitForOlderReaders(tail, pause);
        }
        Result result = complete ? Result.SEALED : Result.BLOCKED_BY_READER;
        return new SealOutcome(result, System.nanoTime() - locked);
    }

    /**
     * Asks more often than SQLite's own busy handler would: among writers that never pause, its growing sleeps mean that
     * the lock is got late, and the tail that must be copied under it has grown meanwhile.
     */
    private boolean takeWriteLock() throws SQLException {
        SqliteConnection writer = session.writer();
        long deadline = System.nanoTime() + session.busyTimeout().toNanos();
        writer.setBusyTimeout(Duration.ZERO);
        while (!writer.tryBeginImmediate()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(LOCK_RETRY_NANOS);
        }
        return true;
    }

    private boolean copyAndBackfill(Tail tail, Duration pause)
            throws SQLException, IOException, GenerationBrokenException {
        long frames = tail.copy();
        session.pin().release();
        try {
            Checkpoint last = backfill(pause);
            requireAllCopied(frames, last);
            if (last.isComplete()) {
                return true;
            }
        } finally {
            session.pin().renew();
        }
        // The reader may have ended meanwhile: then the mark just taken can be mark 0, under which the WAL may restart,
        // so it must count as sealed, or a mark above 0 under which the file isn't frozen. A mark taken now settles it.
        // Only asked, because a checkpoint of somebody else, who may have done the backfill, makes ours busy.
        boolean completeAfterAll = session.checkpoint(Checkpoint.Mode.NOOP).isComplete();
        if (completeAfterAll) {
            session.pin().release();
            session.pin().renew();
        }
        return completeAfterAll;
    }

    private Checkpoint backfill(Duration pause) throws SQLException {
        long deadline = System.nanoTime() + pause.toNanos();
        Checkpoint result = session.checkpoint(Checkpoint.Mode.PASSIVE);
        while (!result.isComplete() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(BACKFILL_RETRY_NANOS);
            result = session.checkpoint(Checkpoint.Mode.PASSIVE);
        }
        return result;
    }

    private static void requireAllCopied(long copied, Checkpoint checkpoint) throws GenerationBrokenException {
        boolean known = copied != Tail.UNCOUNTED && !checkpoint.busy();
        if (known && copied != checkpoint.frames()) {
            throw new GenerationBrokenException(
                    "SQLite counts %d committed frames in the WAL, %d could be proved and copied"
                            .formatted(checkpoint.frames(), copied));
        }
    }

    private void waitForOlderReaders(Tail tail, Duration pause) throws SQLException, IOException {
        long deadline = System.nanoTime() + pause.toNanos();
        session.checkpointer().setBusyTimeout(pause.compareTo(READER_WAIT) < 0 ? pause : READER_WAIT);
        while (session.checkpoint(Checkpoint.Mode.RESTART).busy() && System.nanoTime() < deadline && !tail.hasMoved()) {
            Thread.onSpinWait();
        }
    }
}
