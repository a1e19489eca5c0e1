package io.litestream4j.restore;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.sqlite.JDBC;

/** Lets SQLite check a finished file that nobody else uses yet. Leaves nothing beside it. */
final class DatabaseCheck {

    private DatabaseCheck() {}

    /**
     * Runs a check.
     *
     * @return {@code ok}, or the first problem that SQLite found
     */
    static String run(Path file, IntegrityCheck check) {
        String pragma = switch (check) {
            case NONE -> "";
            case QUICK -> "PRAGMA quick_check(1)";
            case FULL -> "PRAGMA integrity_check(1)";
        };
        if (pragma.isEmpty()) {
            return "ok";
        }
        // immutable: no locks, no -wal and -shm, although the header says WAL mode
        String url = "jdbc:sqlite:file:" + file.toUri().getRawPath() + "?immutable=1&mode=ro";
        try (Connection connection = JDBC.createConnection(url, new Properties());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(pragma)) {
            return result.next() ? result.getString(1) : "no answer";
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
