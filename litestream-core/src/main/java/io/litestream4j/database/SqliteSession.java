package io.litestream4j.database;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.NotADatabaseException;
import io.litestream4j.io.FileProblem;
import io.litestream4j.wal.WalHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * Our connections to one database: A takes the write lock, B makes checkpoints, and the pin has two of its own. Nothing
 * that they do persists in the database but {@code journal_mode=WAL}. Not thread-safe.
 */
final class SqliteSession implements AutoCloseable {

    private static final Duration TOUCH_TIMEOUT = Duration.ofMillis(100);

    private final SqliteConnection writer;
    private final SqliteConnection checkpointer;
    private final WalPin pin;
    private final Duration busyTimeout;
    private final CheckpointMeter checkpoints;

    private SqliteSession(
            SqliteConnection writer,
            SqliteConnection checkpointer,
            WalPin pin,
            Duration busyTimeout,
            CheckpointMeter checkpoints) {
        this.checkpoints = checkpoints;
        this.busyTimeout = busyTimeout;
        this.writer = writer;
        this.checkpointer = checkpointer;
        this.pin = pin;
    }

    /** Connects, refuses an unsafe library, switches to WAL mode, and pins the WAL. */
    static SqliteSession open(Path database, Duration busyTimeout, CheckpointMeter checkpoints) throws SQLException {
        SqliteConnection first = connect(database, busyTimeout);
        SqliteConnection second = null;
        WalPin pin = null;
        boolean opened = false;
        try {
            requireSafeLibrary(first, database);
            enterWalMode(first, database);
            second = new SqliteConnection(database, busyTimeout);
            pin = new WalPin(database, busyTimeout);
            pin.renew();
            opened = true;
            return new SqliteSession(first, second, pin, busyTimeout, checkpoints);
        } finally {
            if (!opened) {
                closeAll(pin, second, first);
            }
        }
    }

    private static SqliteConnection connect(Path database, Duration busyTimeout) throws SQLException {
        if (database.toString().indexOf('?') >= 0) {
            throw new DatabaseAccessException(database, "a path with a question mark can't be replicated", null);
        }
        if (Files.exists(database) && !Files.isWritable(database)) {
            // SQLite opens it all the same, to read; it says so at the first seal only
            throw notWritable(database, null);
        }
        try {
            return new SqliteConnection(database, busyTimeout);
        } catch (SQLException e) {
            throw translate(database, e);
        }
    }

    /** The first statement is also the first look at the file: SQLite reads the schema to prepare it. */
    private static void requireSafeLibrary(SqliteConnection connection, Path database) throws SQLException {
        try {
            SqliteVersion.requireSafe(connection.queryText("select sqlite_version()"));
        } catch (SQLException e) {
            throw translate(database, e);
        }
    }

    private static void enterWalMode(SqliteConnection connection, Path database) throws SQLException {
        try {
            connection.queryLong("select count(*) from sqlite_schema");
            String mode = connection.queryText("pragma journal_mode=wal");
            if (!mode.equalsIgnoreCase("wal")) {
                throw new DatabaseAccessException(
                        database, "can't be switched to journal_mode=WAL, it stays \"" + mode + "\"", null);
            }
        } catch (SQLException e) {
            throw translate(database, e);
        }
    }

    private static RuntimeException translate(Path database, SQLException e) throws SQLException {
        int code = e.getErrorCode() & 0xff;
        if (code == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return new NotADatabaseException(database, e);
        }
        if (code == SQLiteErrorCode.SQLITE_READONLY.code || code == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
            return notWritable(database, e);
        }
        if (code == SQLiteErrorCode.SQLITE_BUSY.code) {
            return new DatabaseAccessException(
                    database, "is locked by a connection that doesn't give the lock back (locking_mode=EXCLUSIVE?)", e);
        }
        throw e;
    }

    private static DatabaseAccessException notWritable(Path database, @Nullable SQLException e) {
        return new DatabaseAccessException(database, "can't be opened for writing: " + FileProblem.access(database), e);
    }

    /** How long to wait for a lock. */
    Duration busyTimeout() {
        return busyTimeout;
    }

    /**
     * Commits one frame that changes nothing, so that a sealed WAL restarts.
     *
     * @return false when somebody else holds the write lock: then his commit does it
     */
    boolean touch() throws SQLException {
        writer.setBusyTimeout(TOUCH_TIMEOUT);
        if (!writer.tryBeginImmediate()) {
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
     * Offset behind the last frame of the WAL that is committed, by SQLite's own account. The file may hold more:
     * frames of a commit that went wrong after they were written, which the next commit overwrites.
     *
     * @param header of the live WAL, read before this call
     */
    long committedEnd(WalHeader header) throws SQLException {
        return header.offsetOfFrame(
                Math.max(0, checkpointer.checkpoint(Checkpoint.Mode.NOOP).frames()));
    }

    /** A: takes the write lock. */
    SqliteConnection writer() {
        return writer;
    }

    /** Makes a checkpoint on B, and counts it. */
    Checkpoint checkpoint(Checkpoint.Mode mode) throws SQLException {
        return checkpoints.checkpoint(checkpointer, mode);
    }

    /** B: makes checkpoints. */
    SqliteConnection checkpointer() {
        return checkpointer;
    }

    WalPin pin() {
        return pin;
    }

    @Override
    public void close() {
        closeAll(pin, checkpointer, writer);
    }

    private static void closeAll(@org.jspecify.annotations.Nullable AutoCloseable... closeables) {
        Closing.all(closeables);
    }
}
