package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What it costs to wait for a file replica, with every setting at its default. */
@Timeout(120)
class CommitWaitCostTests {

    private static final double SECONDS = Double.parseDouble(System.getProperty("litestream.test.costSeconds", "1"));

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0} clients, wait {1}")
    @CsvSource({"1, off", "1, replicated", "50, off", "50, replicated"})
    void clientsDoNotWaitForTheSyncInterval(int clients, String wait) throws Exception {
        Path database = Files.createDirectories(folder.resolve("data")).resolve("app.db");
        Sqlite.create(database);
        runner(database, wait).run(context -> {
            Clients.run(clients, client -> commitFor(SECONDS / 4, context, new ConcurrentLinkedQueue<>()));
            Queue<Long> nanos = new ConcurrentLinkedQueue<>();
            long begun = System.nanoTime();
            Clients.run(clients, client -> commitFor(SECONDS, context, nanos));
            double seconds = (System.nanoTime() - begun) / 1e9;
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            System.out.printf(
                    "cost: %d clients, wait %s: median %.2f ms, p99 %.2f ms, %.0f tx/s%n",
                    clients,
                    wait,
                    sorted[sorted.length / 2] / 1e6,
                    sorted[sorted.length * 99 / 100] / 1e6,
                    sorted.length / seconds);
            assertThat(Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow())
                    .as("nanoseconds at the median")
                    .isLessThan(TimeUnit.MILLISECONDS.toNanos(500));
        });
    }

    private ApplicationContextRunner runner(Path database, String wait) {
        return Runners.jdbc(database, folder.resolve("replica"))
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + database
                                + "?busy_timeout=10000&transaction_mode=IMMEDIATE&synchronous=NORMAL",
                        "litestream.commit.wait=" + wait);
    }

    private static void commitFor(
            double seconds, org.springframework.context.ApplicationContext context, Queue<Long> nanos) {
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
