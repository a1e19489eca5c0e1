package io.litestream4j.replication;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Short forms of JDBC. */
final class Sql {

    private Sql() {}

    /** As an application connects: WAL mode, and patience with locks. */
    static Connection connect(Path database) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + database + "?journal_mode=WAL&busy_timeout=20000");
    }

    /** Connects without setting anything. */
    static Connection plain(Path database) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + database);
    }

    /** Reads a file that nobody writes, and leaves nothing beside it. */
    static Connection immutable(Path database) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:file:" + database + "?immutable=1");
    }

    static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Runs statements on a connection of their own. */
    static void run(Path database, String... statements) throws SQLException {
        try (Connection connection = connect(database)) {
            run(connection, statements);
        }
    }

    static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }

    static String text(Connection connection, String query) throws SQLException {
        StringBuilder all = new StringBuilder();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                all.append(all.length() == 0 ? "" : "\n");
                for (int column = 1; column <= columns; column++) {
                    all.append(column == 1 ? "" : "|").append(result.getString(column));
                }
            }
        }
        return all.toString();
    }
}
