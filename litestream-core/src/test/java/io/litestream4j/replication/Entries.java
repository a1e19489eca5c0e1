package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * What the writers write and the oracle checks: each writer numbers its rows from 1 without gaps, each row carries a
 * hash of its random payload, and names the last row of the transaction that it belongs to.
 */
final class Entries {

    static final int MAX_WRITERS = 8;

    private Entries() {}

    static void create(Connection connection) throws SQLException {
        Sql.run(
                connection,
                "create table if not exists entry(id integer primary key, writer integer not null,"
                        + " seq integer not null, until integer not null, payload blob not null, hash integer not null)",
                "create unique index if not exists entry_by_writer on entry(writer, seq)");
    }

    static void create(Path database) throws SQLException {
        try (Connection connection = Sql.connect(database)) {
            create(connection);
        }
    }

    /** Adds a table of random bytes, so that a snapshot takes a moment. */
    static void fill(Path database, int bytes) throws SQLException {
        try (Connection connection = Sql.connect(database)) {
            Sql.run(
                    connection,
                    "create table filler(x blob)",
                    "with recursive n(i) as (values(1) union all select i + 1 from n where i < " + bytes / 10_000
                            + ") insert into filler select randomblob(10000) from n");
        }
    }

    /** Commits rows {@code from} to {@code until} of a writer in one transaction. */
    static void commit(Connection connection, int writer, long from, long until, int payload, Random random)
            throws SQLException {
        boolean several = until > from;
        if (several) {
            Sql.run(connection, "begin immediate");
        }
        try (PreparedStatement insert =
                connection.prepareStatement("insert into entry(writer, seq, until, payload, hash) values(?,?,?,?,?)")) {
            for (long seq = from; seq <= until; seq++) {
                byte[] bytes = new byte[payload];
                random.nextBytes(bytes);
                insert.setInt(1, writer);
                insert.setLong(2, seq);
                insert.setLong(3, until);
                insert.setBytes(4, bytes);
                insert.setLong(5, hash(writer, seq, bytes));
                insert.executeUpdate();
            }
            if (several) {
                Sql.run(connection, "commit");
            }
        } catch (SQLException e) {
            if (several) {
                Sql.run(connection, "rollback");
            }
            throw e;
        }
    }

    /** Checks a database file that nobody writes; returns the last row's number of each writer. */
    static long[] check(Path database) throws SQLException {
        try (Connection connection = Sql.immutable(database)) {
            assertThat(Sql.text(connection, "pragma integrity_check")).isEqualTo("ok");
            return check(connection);
        }
    }

    /** Checks the rows; returns the last row's number of each writer. */
    static long[] check(Connection connection) throws SQLException {
        long[] last = new long[MAX_WRITERS];
        long[] until = new long[MAX_WRITERS];
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select writer, seq, until, payload, hash from entry order by writer, seq")) {
            while (row.next()) {
                int writer = row.getInt(1);
                long seq = row.getLong(2);
                boolean right = seq == last[writer] + 1 && row.getLong(5) == hash(writer, seq, row.getBytes(4));
                if (!right) {
                    throw new AssertionError("writer " + writer + ": row " + seq + " follows " + last[writer]
                            + (seq == last[writer] + 1 ? ", its hash is wrong" : ""));
                }
                last[writer] = seq;
                until[writer] = row.getLong(3);
            }
        }
        assertThat(last).as("the last transaction of each writer is whole").isEqualTo(until);
        return last;
    }

    static void assertContains(long[] found, long[] needed) {
        for (int writer = 0; writer < needed.length; writer++) {
            assertThat(found[writer]).as("last row of writer " + writer).isGreaterThanOrEqualTo(needed[writer]);
        }
    }

    private static long hash(int writer, long seq, byte[] payload) {
        CRC32 crc = new CRC32();
        crc.update(payload);
        return crc.getValue() * 31 + writer * 7919L + seq;
    }
}
