package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/**
 * What it costs to wait, with every setting at its default: for a folder, and for a store that speaks S3 on this machine.
 * Prints a table; litestream.test.costSeconds is how long each of its rows is measured.
 */
@Timeout(300)
class CommitWaitCostTests {

    private static final double SECONDS = Double.parseDouble(System.getProperty("litestream.test.costSeconds", "1"));
    private static final List<String> ROWS = new ArrayList<>();

    @TempDir
    Path folder;

    private final LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
    private LogLevel level;
    private S3Store store;

    @BeforeEach
    void start() throws Exception {
        level = logging.getLoggerConfiguration(LoggingSystem.ROOT_LOGGER_NAME).getEffectiveLevel();
        // Spring's words on each statement would be measured, too
        logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
        store = S3Store.start(folder.resolve("s3"));
    }

    @AfterEach
    void stop() {
        store.close();
        logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, level);
    }

    @AfterAll
    static void printTable() {
        System.out.println("| replica | clients | wait | median | p99 | transactions per second |");
        System.out.println("|---|---|---|---|---|---|");
        ROWS.forEach(System.out::println);
    }

    @ParameterizedTest(name = "{0}, {1} clients, wait {2}")
    @CsvSource({
        "file, 1, off",
        "file, 1, replicated",
        "file, 50, off",
        "file, 50, replicated",
        "s3, 1, off",
        "s3, 1, replicated",
        "s3, 50, off",
        "s3, 50, replicated"
    })
    void clientsDoNotWaitForTheSyncInterval(String replica, int clients, String wait) throws Exception {
        Path database = Files.createDirectories(folder.resolve("data")).resolve("app.db");
        Sqlite.create(database);
        runner(database, replica, wait).run(context -> {
            WaitingApplication.ready(context);
            Clients.run(clients, client -> commitFor(SECONDS / 4, context, new ConcurrentLinkedQueue<>()));
            Queue<Long> nanos = new ConcurrentLinkedQueue<>();
            long begun = System.nanoTime();
            Clients.run(clients, client -> commitFor(SECONDS, context, nanos));
            double seconds = (System.nanoTime() - begun) / 1e9;
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            long median = sorted[sorted.length / 2];
            ROWS.add(String.format(
                    Locale.ROOT,
                    "| %s | %d | %s | %.2f ms | %.2f ms | %.0f |",
                    replica,
                    clients,
                    wait,
                    median / 1e6,
                    sorted[sorted.length * 99 / 100] / 1e6,
                    sorted.length / seconds));
            assertThat(median).as("nanoseconds at the median").isLessThan(TimeUnit.MILLISECONDS.toNanos(500));
        });
    }

    private ApplicationContextRunner runner(Path database, String replica, String wait) {
        return Runners.jdbc(database, folder.resolve("replica"))
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + database
                                + "?busy_timeout=10000&transaction_mode=IMMEDIATE&synchronous=NORMAL",
                        "litestream.commit.wait=" + wait)
                .withPropertyValues(replica.equals("s3") ? onS3() : new String[0]);
    }

    private String[] onS3() {
        List<String> keys = new ArrayList<>(List.of(store.keys("litestream.")));
        keys.add("litestream.replica-url=s3://" + S3Store.BUCKET + "/app");
        return keys.toArray(String[]::new);
    }

    private static void commitFor(double seconds, ApplicationContext context, Queue<Long> nanos) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long begun = System.nanoTime();
        while (begun < end) {
            WaitingApplication.commit(context, "a note of some fifty characters, as people write them");
            long now = System.nanoTime();
            nanos.add(now - begun);
            begun = now;
        }
    }
}
