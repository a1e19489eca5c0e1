package io.litestream4j.database;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The read transaction that keeps the WAL from being restarted, or, taken on a completely backfilled WAL, the database
 * file from being touched. Two connections, so that a newer mark is taken before an older one ends. Not thread-safe.
 */
final class WalPin implements AutoCloseable {

    private final SqliteConnection[] connections;
    private int active = NONE;

    private static final int NONE = -1;

    WalPin(Path database, Duration busyTimeout) throws SQLException {
        SqliteConnection first = new SqliteConnection(database, busyTimeout);
        SqliteConnection second;
        try {
            second = new SqliteConnection(database, busyTimeout);
        } catch (SQLException e) {
            first.close();
            throw e;
        }
        connections = new SqliteConnection[] {first, second};
    }

    boolean isHeld() {
        return active != NONE;
    }

    /** Takes a mark as of now, and only then gives up the one before. */
    void renew() throws SQLException {
        int next = active == 0 ? 1 : 0;
        connections[next].beginRead();
        int before = active;
        active = next;
        if (before != NONE) {
            connections[before].rollback();
        }
    }

    /** Gives up the mark. */
    void release() throws SQLException {
        if (active != NONE) {
            SqliteConnection held = connections[active];
            active = NONE;
            held.rollback();
        }
    }

    @Override
    public void close() throws SQLException {
        active = NONE;
        try {
            connections[0].close();
        } finally {
            connections[1].close();
        }
    }
}
