package io.litestream4j.replication;

import io.litestream4j.replication.ModelLedger.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;

/** What the model's application does with its database, noting each state before and after it is committed. */
final class ModelApplication {

    static final String[] SCHEMA = {
        "create table entry(id integer primary key, payload blob, note text)", "create index entry_note on entry(note)"
    };

    private final Path db;
    private final ModelLedger ledger;

    /** Held from before a commit is announced until it is noted: the ledger has them in SQLite's order. */
    private final ReentrantLock committing = new ReentrantLock(true);

    private Connection main;
    private Connection reader;
    private Thread burst;
    private volatile String burstFailure;

    ModelApplication(Path db, ModelLedger ledger) {
        this.db = db;
        this.ledger = ledger;
    }

    private Connection main() throws SQLException, IOException {
        if (main == null) {
            ledger.add(Event.CHANGE, "connect");
            main = Sql.connect(db);
            noteState();
            if (Sql.number(main, "select count(*) from sqlite_schema where name = 'entry'") == 0) {
                commit(main, connection -> Sql.run(connection, SCHEMA));
            }
        }
        return main;
    }

    void connect() throws SQLException, IOException {
        Connection ignored = main();
    }

    void disconnect() throws SQLException {
        closeReader();
        if (main != null) {
            main.close();
            main = null;
        }
    }

    String current() throws SQLException, IOException {
        return ModelLedger.digest(main());
    }

    private void noteState() throws SQLException, IOException {
        ledger.add(Event.COMMITTED, ModelLedger.digest(main));
    }

    @FunctionalInterface
    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    private void commit(Connection connection, Work work) throws SQLException, IOException {
        committing.lock();
        try {
            Sql.run(connection, "begin immediate");
            boolean done = false;
            try {
                work.on(connection);
                String digest = ModelLedger.digest(connection);
                ledger.add(Event.INTENT, digest);
                Sql.run(connection, "commit");
                done = true;
                ledger.add(Event.COMMITTED, digest);
            } finally {
                if (!done) {
                    Sql.run(connection, "rollback");
                }
            }
        } finally {
            committing.unlock();
        }
    }

    /** Rows are added, changed and deleted; the database doesn't grow for ever. */
    private static void change(Connection connection, long seed, int rows, int bytes) throws SQLException {
        Random random = new Random(seed);
        long count = Sql.number(connection, "select count(*) from entry");
        if (count > 300) {
            Sql.run(connection, "delete from entry where id % 3 = " + random.nextInt(3));
        }
        try (PreparedStatement insert = connection.prepareStatement("insert into entry(payload, note) values(?, ?)")) {
            for (int i = 0; i < rows; i++) {
                byte[] payload = new byte[1 + random.nextInt(bytes)];
                random.nextBytes(payload);
                insert.setBytes(1, payload);
                insert.setString(2, Long.toHexString(random.nextLong()));
                insert.executeUpdate();
            }
        }
        Sql.run(
                connection,
                "update entry set note = note || '%x' where id %% 17 = %d"
                        .formatted(random.nextInt(256), random.nextInt(17)));
    }

    void write(long seed, int rows, int bytes) throws SQLException, IOException {
        commit(main(), connection -> change(connection, seed, rows, bytes));
    }

    /** Spills into the WAL, and is taken back. */
    void rollBack(long seed, int rows) throws SQLException, IOException {
        Connection connection = main();
        Sql.run(connection, "pragma cache_size=10", "begin immediate");
        change(connection, seed, rows, 4000);
        Sql.run(connection, "rollback", "pragma cache_size=-2000");
    }

    void defineData(long seed) throws SQLException, IOException {
        int number = (int) Math.floorMod(seed, 5L);
        commit(main(), connection -> {
            boolean exists =
                    Sql.number(connection, "select count(*) from sqlite_schema where name = 't" + number + "'") > 0;
            Sql.run(
                    connection,
                    exists
                            ? "drop table t" + number
                            : "create table t%d as select id, note || %d as note from entry limit 20"
                                    .formatted(number, seed));
        });
    }

    /** Something whose outcome isn't known before. */
    String change(String sql) throws SQLException, IOException {
        Connection connection = main();
        ledger.add(Event.CHANGE, "sql");
        String answer = "";
        try {
            for (String statement : sql.split(";", -1)) {
                answer = Sql.text(connection, statement);
            }
        } finally {
            noteState();
        }
        return answer;
    }

    String query(String sql) throws SQLException, IOException {
        return Sql.text(main(), sql);
    }

    void openReader() throws SQLException, IOException {
        main();
        if (reader == null) {
            reader = Sql.plain(db);
            Sql.run(reader, "begin");
            Sql.number(reader, "select count(*) from entry");
        }
    }

    void closeReader() throws SQLException {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    void startBurst(long seed, int commits) throws SQLException, IOException {
        joinBurst();
        main();
        burst = new Thread(() -> runBurst(seed, commits), "burst");
        burst.setDaemon(true);
        burst.start();
    }

    @SuppressWarnings("CatchingUnchecked")
    private void runBurst(long seed, int commits) {
        Random random = new Random(seed);
        try (Connection connection = Sql.connect(db)) {
            for (int i = 0; i < commits; i++) {
                long one = random.nextLong();
                int rows = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 3);
                commit(connection, c -> change(c, one, rows, 600));
            }
        } catch (Exception e) {
            burstFailure = e.toString();
        }
    }

    void joinBurst() throws IOException {
        if (burst != null) {
            try {
                burst.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            burst = null;
            if (burstFailure != null) {
                throw new IOException("the writers of the burst failed: " + burstFailure);
            }
        }
    }
}
