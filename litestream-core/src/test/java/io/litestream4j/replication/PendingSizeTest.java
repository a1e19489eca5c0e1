package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica is away for so long that what waits for it reaches max-pending-size. */
@Timeout(120)
class PendingSizeTest {

    private static final long LIMIT = 2_000_000;
    private static final int PAYLOAD = 40_000;

    /** As many bytes are written as the limit has, so many times over. */
    private static final int TIMES = Integer.getInteger("litestream.test.pendingTimes", 4);

    @TempDir
    Path folder;

    @Test
    void whatWaitsForAReplicaThatIsAwayNeverFillsTheDisk() throws Exception {
        Path file = folder.resolve("app.db");
        Path replica = folder.resolve("replica");
        CountingClient client = new CountingClient(new FileReplicaClient(replica));
        try (LogLines log = LogLines.open();
                ReplicatedDatabase database = ReplicatedDatabase.builder(file)
                        .replica(new Replica("away", client.client()), ReplicaSettings.syncingEvery(Duration.ZERO))
                        .settings(ReplicationSettings.builder()
                                .minCheckpointPageCount(50)
                                .maxPendingSize(LIMIT)
                                .build())
                        .build();
                Connection app = Sql.connect(file)) {
            Sql.run(app, "create table t(id integer primary key, x)");
            database.open();
            database.start();
            Await.until("a position", () -> database.status().position() != null);
            assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
            client.fault(call -> {
                throw new IOException("away");
            });
            long largest = 0;
            long written = 0;
            while (written < TIMES * LIMIT) {
                Sql.run(app, "insert into t(x) values (randomblob(" + PAYLOAD + "))");
                written += PAYLOAD;
                Object ignored = database.sync();
                largest = Math.max(largest, sizeOf(Restores.meta(file)));
            }
            Await.until("given up", () -> givenUp(log) > 0);
            System.out.printf(
                    "%d bytes written while the replica was away, limit %d: the folder of the shadow WAL had at most %d"
                            + " bytes, %d generations were given up%n",
                    written, LIMIT, largest, givenUp(log));
            // one index more than the limit may be there until the look that finds it
            assertThat(largest).isLessThan(2 * LIMIT);
            assertThat(givenUp(log)).isLessThanOrEqualTo(TIMES);
            assertThat(log.troubles()).hasSizeLessThanOrEqualTo(1 + TIMES);
            client.fault(call -> {});
            Await.until(
                    "in step again",
                    () -> database.status().replicas().get(0).pendingBytes() == 0
                            && database.status().replicas().get(0).position() != null);
            assertThat(database.syncAll(Duration.ofSeconds(60))).isTrue();
        }
        Restores.assertEqual(replica, file, folder.resolve("restored.db"));
    }

    private static long givenUp(LogLines log) {
        return log.troubles().stream()
                .filter(line -> line.contains("max-pending-size"))
                .count();
    }

    private static long sizeOf(Path folder) throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                sum += Files.size(file);
            }
        } catch (java.io.UncheckedIOException | NoSuchFileException e) {
            return sum; // deleted meanwhile
        }
        return sum;
    }
}
