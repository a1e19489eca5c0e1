package io.litestream4j.database;

import io.litestream4j.DatabaseAccessException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;

/**
 * Proves through SQLite that nobody, in this process or another, is connected to a database in WAL mode: each connection
 * holds a shared lock on the file for life, and an exclusive one is had only beside none. As the last connection it also
 * checkpoints the WAL and deletes it.
 */
final class SoleUse {

    private SoleUse() {}

    /**
     * Proves it. What isn't a database, or is too damaged to be opened, has no user.
     *
     * @return whether it could be opened: then everything that lay beside it is in the file now
     * @throws DatabaseAccessException when somebody is connected, or the file can't be written
     */
    static boolean require(Path database, Duration patience) throws IOException {
        SQLiteConfig config = new SQLiteConfig();
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setBusyTimeout(Math.toIntExact(patience.toMillis()));
        // before the first look at the file: a WAL that is opened so takes the exclusive lock at once
        config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
        try (Connection connection = config.createConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute("begin exclusive");
            statement.execute("rollback");
            return true;
        } catch (SQLException e) {
            int code = e.getErrorCode() & 0xff;
            if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
                throw new DatabaseAccessException(
                        database, "is in use by another connection or process: end it, and start again", e);
            }
            if (code == SQLiteErrorCode.SQLITE_READONLY.code || code == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
                throw new DatabaseAccessException(
                        database, "can't be opened for writing: check owner and mode of the file and its folder", e);
            }
            if (code != SQLiteErrorCode.SQLITE_NOTADB.code && code != SQLiteErrorCode.SQLITE_CORRUPT.code) {
                throw new IOException(database + ": whether it is in use is not known: " + e.getMessage(), e);
            }
            return false;
        }
    }
}
