package io.litestream4j.database;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;

/**
 * One connection of ours to the database. Transactions are begun and ended by statement, because the moment at which a
 * read mark or the write lock is taken is what sealing is about. Not thread-safe.
 */
final class SqliteConnection implements AutoCloseable {

    private final Connection connection;
    private final Statement statement;

    /** Opens an existing database; never creates one. */
    SqliteConnection(Path database, Duration busyTimeout) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setBusyTimeout(Math.toIntExact(busyTimeout.toMillis()));
        // not by DriverManager, which knows only the drivers that the first class loader to ask could see
        this.connection = config.createConnection("jdbc:sqlite:" + database);
        this.statement = connection.createStatement();
        // Of this connection only, and not persistent: checkpoints are made on purpose here, never by a commit.
        execute("pragma wal_autocheckpoint=0");
    }

    /** Begins a read transaction and takes its read mark at once: a mark is taken by the first read of a table. */
    void beginRead() throws SQLException {
        execute("begin");
        try {
            queryLong("select count(*) from sqlite_schema");
        } catch (SQLException e) {
            rollback();
            throw e;
        }
    }

    /** Takes the write lock, waiting for the busy timeout; false when somebody else has it still. */
    boolean tryBeginImmediate() throws SQLException {
        try {
            execute("begin immediate");
            return true;
        } catch (SQLException e) {
            if ((e.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_BUSY.code) {
                return false;
            }
            throw e;
        }
    }

    void commit() throws SQLException {
        execute("commit");
    }

    void rollback() throws SQLException {
        execute("rollback");
    }

    /** Writes the user version that is there already: one frame in the WAL, and nothing changed. In a transaction. */
    void touch() throws SQLException {
        long version = queryLong("pragma user_version");
        execute("pragma user_version=" + version);
    }

    void setBusyTimeout(Duration timeout) throws SQLException {
        execute("pragma busy_timeout=" + timeout.toMillis());
    }

    Checkpoint checkpoint(Checkpoint.Mode mode) throws SQLException {
        try (ResultSet row = statement.executeQuery("pragma wal_checkpoint(" + mode + ")")) {
            row.next();
            return new Checkpoint(row.getInt(1) != 0, row.getLong(2), row.getLong(3));
        }
    }

    String queryText(String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    long queryLong(String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        statement.execute(sql);
    }

    /** Closes the connection. SQLite keeps the process's locks on the file while other connections are open. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
