package io.litestream4j.replication;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * An application that replicates and goes on writing whatever SQLite says; a commit that went wrong is made again. It
 * keeps a {@link Ledger}. Each line of its input is a command.
 */
final class EnduringApplication {

    private final Path db;
    private final Ledger ledger;
    private final ReplicatedDatabase database;
    private final AtomicInteger failedCommits = new AtomicInteger();
    private final AtomicInteger failedSyncs = new AtomicInteger();
    private final Queue<String> reasons = new ConcurrentLinkedQueue<>();
    private volatile long committed;
    private volatile boolean quitting;

    private EnduringApplication(Path db, Path replica, Ledger ledger) {
        this.db = db;
        this.ledger = ledger;
        this.database = ReplicatedDatabase.builder(db)
                .replica(
                        Restores.replica(replica),
                        ReplicaSettings.builder()
                                .syncInterval(Duration.ZERO)
                                .retention(Duration.ofHours(1))
                                .build())
                .settings(CrashingApplication.hardSettings())
                .listener(new ReplicationListener() {
                    @Override
                    public void generationStarted(Position position, String reason) {
                        reasons.add(reason);
                    }
                })
                .build();
    }

    /** Arguments: database, replica, ledger. */
    public static void main(String[] arguments) throws Exception {
        // the log goes where answers go: while nobody asks, nobody reads it, and a full pipe would stop everything
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        EnduringApplication application = new EnduringApplication(
                Path.of(arguments[0]), Path.of(arguments[1]), Ledger.open(Path.of(arguments[2])));
        application.run();
    }

    private void run() throws Exception {
        database.open();
        database.start();
        Thread writing = daemon(this::write);
        Thread acknowledging = daemon(this::acknowledge);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); !"quit".equals(line); line = in.readLine()) {
            if (line == null) {
                Runtime.getRuntime().halt(1); // whoever started this has died
            }
            System.out.println(Child.ANSWER + answer(line));
        }
        quitting = true;
        writing.join();
        acknowledging.join();
        database.close();
        System.exit(0);
    }

    private String answer(String command) throws InterruptedException {
        return switch (command) {
            case "sync" -> String.valueOf(database.syncAll(Duration.ofSeconds(30)));
            case "snapshot" -> String.valueOf(database.snapshot(Duration.ofSeconds(30)));
            case "retention" -> String.valueOf(database.enforceRetention());
            case "failures" -> failedCommits + " commits, " + failedSyncs + " waits";
            case "generations" -> String.join("; ", reasons);
            default -> throw new IllegalArgumentException(command);
        };
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void write() {
        Random random = new Random();
        while (!quitting) {
            try (Connection connection = Sql.connect(db)) {
                Sql.run(connection, "pragma synchronous=normal");
                while (!quitting) {
                    long seq = Sql.number(connection, "select coalesce(max(seq), 0) from entry where writer = 0") + 1;
                    Entries.commit(connection, 0, seq, seq, random.nextInt(600), random);
                    committed = seq;
                    ledger.committed(0, seq);
                    LockSupport.parkNanos(500_000);
                }
            } catch (SQLException e) {
                failedCommits.incrementAndGet();
                System.err.println("commit: " + e.getMessage());
            }
        }
    }

    private void acknowledge() {
        while (!quitting) {
            long[] before = new long[Entries.MAX_WRITERS];
            before[0] = committed;
            try {
                Position position = database.sync();
                if (database.awaitReplicated(position, Duration.ofSeconds(5))) {
                    ledger.acknowledged(before);
                }
            } catch (LitestreamException e) {
                failedSyncs.incrementAndGet();
                System.err.println("sync: " + e.getMessage());
                LockSupport.parkNanos(10_000_000);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
