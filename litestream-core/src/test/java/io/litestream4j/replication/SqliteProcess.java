package io.litestream4j.replication;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Another process that uses the database: does what each line of its input says, and answers with one line.
 */
final class SqliteProcess {

    private final Path db;
    private Connection connection;
    private ReplicatedDatabase engine;

    private SqliteProcess(Path db) {
        this.db = db;
    }

    /** Argument: the database. */
    public static void main(String[] arguments) throws Exception {
        SqliteProcess process = new SqliteProcess(Path.of(arguments[0]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = process.obey(line);
            } catch (SQLException e) {
                answer = "error " + e.getMessage().replace('\n', ' ');
            }
            System.out.println(Child.ANSWER + answer);
        }
        System.exit(0);
    }

    private String obey(String line) throws Exception {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "open" -> connection = Sql.plain(db);
            case "close" -> connection.close();
            case "sql" -> {
                return Sql.text(connection, line.substring(4)).replace('\n', ' ');
            }
            case "run" -> Sql.run(connection, line.substring(4));
            case "checkpoints" -> {
                return checkpoints(Duration.ofMillis(Long.parseLong(words[1])));
            }
            case "visits" -> {
                return visits(Duration.ofMillis(Long.parseLong(words[1])));
            }
            case "touch-by-channel" -> touchByChannel();
            case "engine" -> startEngine(Path.of(words[1]));
            case "end-engine" -> engine.close();
            default -> throw new IllegalArgumentException(line);
        }
        return "done";
    }

    /** Checkpoints in every mode for a time; how many of each got through. */
    private String checkpoints(Duration time) throws SQLException {
        String[] modes = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};
        int[] done = new int[modes.length];
        int tried = 0;
        long deadline = System.nanoTime() + time.toNanos();
        Random random = new Random();
        while (System.nanoTime() < deadline) {
            Sql.run(connection, "pragma busy_timeout=" + random.nextInt(20));
            int mode = random.nextInt(modes.length);
            String result = Sql.text(connection, "pragma wal_checkpoint(" + modes[mode] + ")");
            done[mode] += result.startsWith("0") ? 1 : 0;
            tried++;
            // all but PASSIVE keep writers out while they wait, and SQLite's locks aren't fair
            LockSupport.parkNanos(random.nextInt(10_000_000));
        }
        StringBuilder answer = new StringBuilder("tried " + tried);
        for (int i = 0; i < modes.length; i++) {
            answer.append(", ").append(modes[i]).append(' ').append(done[i]);
        }
        return answer.toString();
    }

    /** Opens, reads, checkpoints in some mode and closes again and again, as somebody with a command line would. */
    private String visits(Duration time) throws SQLException {
        String[] modes = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};
        long deadline = System.nanoTime() + time.toNanos();
        int visits = 0;
        while (System.nanoTime() < deadline) {
            try (Connection visitor = Sql.plain(db)) {
                Sql.run(visitor, "pragma busy_timeout=20");
                Sql.number(visitor, "select count(*) from entry");
                Sql.text(visitor, "pragma wal_checkpoint(" + modes[visits % modes.length] + ")");
            }
            visits++;
            LockSupport.parkNanos(3_000_000);
        }
        return visits + " visits";
    }

    /** What the engine must never do. */
    private void touchByChannel() throws Exception {
        try (FileChannel channel = FileChannel.open(db, StandardOpenOption.READ)) {
            channel.read(ByteBuffer.allocate(100));
        }
    }

    private void startEngine(Path replica) throws Exception {
        engine = ReplicatedDatabase.builder(db)
                .replica(
                        new Replica("file", new FileReplicaClient(replica)),
                        ReplicaSettings.syncingEvery(Duration.ZERO))
                .build();
        engine.open();
        engine.start();
        Await.until("a snapshot", () -> !Restores.snapshots(replica).isEmpty());
        if (!engine.syncAll(Duration.ofSeconds(20))) {
            throw new IllegalStateException("not in step");
        }
    }
}
