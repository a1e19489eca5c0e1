package io.litestream4j.replication;

import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ModelLedger.Event;
import io.litestream4j.replication.ModelReplica.Weather;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;

/** The process of the model's application: its engine and its connections. Does what each line says, answers with a line. */
final class ModelHost {

    static final Duration RETENTION = Duration.ofHours(1);

    private final MovingClock storageClock = new MovingClock();
    private final MovingClock engineClock = new MovingClock();
    private Path db;
    private Path replicaFolder;
    private ModelLedger ledger;
    private ModelApplication application;
    private ModelReplica replica;
    private ReplicationSettings settings;
    private ReplicaSettings replicaSettings;
    private ReplicatedDatabase engine;

    private ModelHost() {}

    public static void main(String[] arguments) throws IOException {
        ModelHost host = new ModelHost();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println("do " + line);
            System.out.println(Child.ANSWER + host.answer(line));
        }
        Runtime.getRuntime().halt(0);
    }

    @SuppressWarnings("CatchingUnchecked")
    private String answer(String line) {
        try {
            return obey(line.split(" ", -1), line);
        } catch (Exception e) {
            e.printStackTrace();
            return "error " + e.toString().replace('\n', ' ');
        }
    }

    private String obey(String[] words, String line) throws Exception {
        switch (words[0]) {
            case "program" -> program(Path.of(words[1]), Long.parseLong(words[2]));
            case "clock" -> moveClock(Long.parseLong(words[1]), Long.parseLong(words[2]));
            case "weather" -> replica.weather(Weather.valueOf(words[1]));
            case "start" -> start();
            case "stop" -> {
                return stop();
            }
            case "sync" -> {
                return engine.sync().toString();
            }
            case "ack" -> {
                return acknowledge(Duration.ofMillis(Long.parseLong(words[1])));
            }
            case "claims" -> {
                return claims(Duration.ofMillis(Long.parseLong(words[1])));
            }
            case "state" -> {
                return engine.status().state() + " " + engine.status().detail();
            }
            case "snapshot" -> {
                return "" + engine.snapshot(Duration.ofMillis(Long.parseLong(words[1])));
            }
            case "seal" -> {
                return "" + engine.seal(Duration.ofMillis(Long.parseLong(words[1])));
            }
            case "retention" -> {
                return "" + engine.enforceRetention();
            }
            case "validate" -> {
                return engine.validate("model", Duration.ofMillis(Long.parseLong(words[1])))
                        .outcome()
                        .toString();
            }
            case "threads" -> {
                return threads();
            }
            default -> {
                return obeyOnDatabase(words, line);
            }
        }
        return "done";
    }

    private String obeyOnDatabase(String[] words, String line) throws SQLException, IOException {
        switch (words[0]) {
            case "connect" -> application.connect();
            case "disconnect" -> application.disconnect();
            case "write" ->
                application.write(Long.parseLong(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            case "rollback" -> application.rollBack(Long.parseLong(words[1]), Integer.parseInt(words[2]));
            case "ddl" -> application.defineData(Long.parseLong(words[1]));
            case "change" -> {
                return application.change(line.substring(7)).replace('\n', ' ');
            }
            case "query" -> {
                return application.query(line.substring(6)).replace('\n', ' ');
            }
            case "reader-open" -> application.openReader();
            case "reader-close" -> application.closeReader();
            case "burst" -> application.startBurst(Long.parseLong(words[1]), Integer.parseInt(words[2]));
            case "join" -> application.joinBurst();
            case "current" -> {
                return application.current();
            }
            default -> throw new IllegalArgumentException(line);
        }
        return "done";
    }

    private void program(Path folder, long seed) throws IOException {
        db = folder.resolve("app.db");
        replicaFolder = folder.resolve("replica");
        ledger = new ModelLedger(folder.resolve("ledger"), storageClock);
        application = new ModelApplication(db, ledger);
        storageClock.advance(
                Duration.between(storageClock.instant(), Clock.systemUTC().instant()));
        engineClock.advance(
                Duration.between(engineClock.instant(), Clock.systemUTC().instant()));
        replica = new ModelReplica(replicaFolder, storageClock);
        Random random = new Random(seed);
        settings = ReplicationSettings.builder()
                .monitorInterval(Duration.ofMillis(random.nextBoolean() ? 20 : 200))
                .checkpointInterval(Duration.ofMillis(random.nextBoolean() ? 100 : 60_000))
                .minCheckpointPageCount(random.nextBoolean() ? 10 : 1000)
                .busyTimeout(Duration.ofMillis(random.nextBoolean() ? 1000 : 50))
                .shutdownTimeout(Duration.ofMillis(700))
                .build();
        replicaSettings = ReplicaSettings.builder()
                .syncInterval(Duration.ofMillis(random.nextBoolean() ? 0 : 100))
                .retention(RETENTION)
                .snapshotInterval(Duration.ofMinutes(random.nextBoolean() ? 0 : 30))
                .build();
    }

    private void moveClock(long both, long engineOnly) {
        storageClock.advance(Duration.ofMillis(both));
        engineClock.advance(Duration.ofMillis(both + engineOnly));
    }

    private void start() {
        engine = ReplicatedDatabase.builder(db)
                .replica(new Replica("model", replica), replicaSettings)
                .settings(settings)
                .clock(engineClock)
                .build();
        engine.open();
        engine.start();
    }

    private String stop() throws IOException {
        engine.close();
        boolean shipped = engine.hasShippedAll();
        engine = null;
        return "" + shipped;
    }

    /** "acknowledged", or why not. */
    private String acknowledge(Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        ledger.add(Event.ASKED, "-");
        String why = "in time";
        do {
            try {
                Position position = engine.sync();
                if (engine.awaitReplicated(position, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                    Position now = engine.status().position();
                    boolean same = now != null && now.generation().equals(position.generation());
                    ledger.add(Event.ACKNOWLEDGED, same ? position.toString() : "-");
                    return "acknowledged";
                }
            } catch (LitestreamException e) {
                why = e.getMessage();
            }
        } while (System.nanoTime() < deadline);
        return "not " + why + ", " + engine.status();
    }

    /** Whether the status says, within a time, that everything that is committed is safe. */
    private String claims(Duration time) throws Exception {
        long deadline = System.nanoTime() + time.toNanos();
        boolean all = claimsNow();
        while (!all && System.nanoTime() < deadline) {
            all = claimsNow();
        }
        return "" + all;
    }

    private boolean claimsNow() throws Exception {
        try {
            Position ignored = engine.sync();
        } catch (LitestreamException e) {
            Instants looks = new Instants();
            Await.until("three looks", Duration.ofSeconds(10), 1_000_000, () -> looks.passed(3));
        }
        ReplicationStatus status = engine.status();
        ReplicaStatus one = status.replicas().get(0);
        return status.state() == ReplicationStatus.State.REPLICATING
                && status.problemSince() == null
                && status.position() != null
                && one.state() == ReplicaState.REPLICATING
                && status.position().equals(one.position())
                && one.pendingBytes() == 0
                && one.pendingSince() == null;
    }

    /** Counts looks of the engine by when they ended. */
    private final class Instants {
        private java.time.Instant last = engine.status().looks().lastEndedAt();
        private int count;

        boolean passed(int wanted) {
            java.time.Instant now = engine.status().looks().lastEndedAt();
            if (now != null && !now.equals(last)) {
                last = now;
                count++;
            }
            return count >= wanted;
        }
    }

    private static String threads() throws Exception {
        Await.until(
                "no thread of the engine",
                Duration.ofSeconds(10),
                1_000_000,
                () -> engineThreads().isEmpty());
        return "none";
    }

    private static String engineThreads() {
        StringBuilder names = new StringBuilder();
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("litestream-"))
                .forEach(thread -> names.append(thread.getName()).append(' '));
        return names.toString();
    }

    static boolean hasTemporaryFiles(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return false;
        }
        try (var files = Files.walk(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".tmp"));
        }
    }
}
