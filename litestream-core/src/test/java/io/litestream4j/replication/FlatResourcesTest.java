package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of commits, seals, snapshots and errors leave nothing open. */
@Timeout(2 * 3600)
class FlatResourcesTest {

    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("litestream.test.flatSeconds", 4));

    @TempDir
    Path folder;

    @Test
    void descriptorsAndThreadsStayAsManyAsTheyWere() throws Exception {
        Path file = folder.resolve("app.db");
        Entries.create(file);
        CountingClient client = new CountingClient(new FileReplicaClient(folder.resolve("replica")));
        try (EngineThreads threads = new EngineThreads();
                ReplicatedDatabase database = ReplicatedDatabase.builder(file)
                        .replica(
                                new Replica("file", client.client()),
                                ReplicaSettings.builder()
                                        .syncInterval(Duration.ZERO)
                                        .retention(Duration.ofSeconds(1))
                                        .build())
                        .settings(CrashingApplication.hardSettings())
                        .threads(threads)
                        .build()) {
            database.open();
            database.start();
            round(database, client);
            ProcessResources before = ProcessResources.of(folder);
            long until = System.nanoTime() + TIME.toNanos();
            int rounds = 0;
            try (Writers writers =
                    Writers.start(file, Writers.Load.of(2, 5_000_000).bigEvery(40))) {
                while (System.nanoTime() < until) {
                    round(database, client);
                    rounds++;
                }
                writers.stop();
                System.out.printf(
                        "%d commits, %s, ", writers.total(), database.status().seals());
            }
            round(database, client);
            ProcessResources after = ProcessResources.of(folder);
            System.out.printf(
                    "%d rounds of snapshot, error and retention: before %s, after %s%n", rounds, before, after);
            assertThat(rounds).isPositive();
            assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors() + 2);
            // the pools grow to their size, and no further
            assertThat(after.threads()).isLessThanOrEqualTo(1 + 4 + 16 + 4);
        }
        assertThat(ProcessResources.of(folder).descriptors()).isZero();
        Await.until("all threads have ended", () -> ProcessResources.of(folder).threads() == 0);
    }

    private static void round(ReplicatedDatabase database, CountingClient client) throws Exception {
        assertThat(database.snapshot(Duration.ofSeconds(30)))
                .as("a snapshot; %s", database.status())
                .isTrue();
        client.fault(call -> {
            client.fault(other -> {});
            throw new IOException("one error");
        });
        Sql.run(database.database(), "create table if not exists note(x)", "insert into note values (1)");
        assertThat(database.syncAll(Duration.ofSeconds(30))).isTrue();
        Object ignored = database.enforceRetention();
    }
}
