package io.litestream4j.replication;

import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.lease.OnConflict;
import io.litestream4j.lease.OnNewerBackup;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ModelReplica.Weather;
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
                return promises().acknowledge(Duration.ofMillis(Long.parseLong(words[1])));
            }
            case "claims" -> {
                return promises().claims(Duration.ofMillis(Long.parseLong(words[1])));
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
                .lease(new LeaseSettings(true, Duration.ofSeconds(30), OnConflict.WAIT, OnNewerBackup.IGNORE))
                .replica(new Replica("model", replica), replicaSettings)
                .settings(settings)
                .clock(engineClock)
                .build();
        boolean open = false;
        try {
            engine.open();
            open = true;
        } finally {
            if (!open) {
                engine.close();
            }
        }
        engine.start();
    }

    private String stop() throws IOException {
        engine.close();
        boolean shipped = engine.hasShippedAll();
        engine = null;
        return "" + shipped;
    }

    private ModelPromises promises() {
        return new ModelPromises(engine, ledger);
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
