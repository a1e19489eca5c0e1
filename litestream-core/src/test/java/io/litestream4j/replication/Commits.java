package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Numbered transactions whose number says all: what the database holds after the n-th follows from n. */
final class Commits {

    private Commits() {}

    /** The state that is number 0. */
    static void create(Connection connection) throws SQLException {
        Sql.run(
                connection,
                "create table last(number integer not null)",
                "insert into last values(0)",
                "create table row(id integer primary key, value blob not null)");
    }

    /** The statements of a transaction, without begin and commit. */
    static void run(Connection connection, int number) throws SQLException {
        for (Map.Entry<Integer, byte[]> change : changes(number).entrySet()) {
            boolean deleted = change.getValue().length == 0;
            try (PreparedStatement statement = connection.prepareStatement(
                    deleted ? "delete from row where id = ?" : "insert or replace into row values(?, ?)")) {
                statement.setInt(1, change.getKey());
                if (!deleted) {
                    statement.setBytes(2, change.getValue());
                }
                statement.executeUpdate();
            }
        }
        Sql.run(connection, "update last set number = " + number);
    }

    /** New values by row; no bytes: the row is deleted. */
    private static Map<Integer, byte[]> changes(int number) {
        Random random = new Random(number * 7919L);
        Map<Integer, byte[]> changes = new TreeMap<>();
        int rows = number % 7 == 3 ? 30 : 3;
        for (int i = 0; i < rows; i++) {
            byte[] value = new byte[random.nextInt(8) == 0 ? 0 : 100 + random.nextInt(900)];
            random.nextBytes(value);
            changes.put(random.nextInt(10 + 2 * number), value);
        }
        return changes;
    }

    /** Checks a database, and returns the number of its last transaction. */
    static int check(Connection connection) throws SQLException {
        assertThat(Sql.text(connection, "pragma integrity_check")).isEqualTo("ok");
        int number = (int) Sql.number(connection, "select number from last");
        Map<Integer, byte[]> expected = new TreeMap<>();
        for (int i = 1; i <= number; i++) {
            expected.putAll(changes(i));
        }
        expected.values().removeIf(value -> value.length == 0);
        int rows = 0;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select id, value from row")) {
            while (row.next()) {
                rows++;
                if (!Arrays.equals(row.getBytes(2), expected.get(row.getInt(1)))) {
                    throw new AssertionError("row %d isn't as transaction %d left it".formatted(row.getInt(1), number));
                }
            }
        }
        assertThat(rows).as("rows after transaction " + number).isEqualTo(expected.size());
        return number;
    }

    /** Checks a file that nobody writes. */
    static int check(Path database) throws SQLException {
        try (Connection connection = Sql.immutable(database)) {
            return check(connection);
        }
    }
}
