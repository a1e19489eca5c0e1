package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often an index ends while an application commits without a break. */
class IndexAgeTest {

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMillis(400);

    @TempDir
    Path folder;

    @Test
    void theIndexAfterAnOldOneIsYoungAlsoIfACommitBeginsItAtOnce() throws Exception {
        Path db = folder.resolve("app.db");
        try (Connection connection = Sql.plain(db)) {
            Entries.create(connection);
            Sql.text(connection, "pragma journal_mode=wal");
        }
        try (ReplicatedDatabase engine = engine(db);
                Connection application = Sql.connect(db)) {
            engine.open();
            engine.start();
            Await.until("a position", () -> engine.status().position() != null);
            int first = engine.status().position().index();
            long began = System.nanoTime();
            Random random = new Random(1);
            for (int seq = 1; System.nanoTime() - began < TimeUnit.SECONDS.toNanos(3); seq++) {
                Entries.commit(application, 0, seq, seq, 10, random);
                Thread.onSpinWait();
            }
            long elapsed = System.nanoTime() - began;
            int ended = engine.status().position().index() - first;
            assertThat(ended).isBetween(1, (int) (elapsed / CHECKPOINT_INTERVAL.toNanos()) + 1);
        }
    }

    private ReplicatedDatabase engine(Path db) {
        return ReplicatedDatabase.builder(db)
                .replica(Restores.replica(folder.resolve("replica")), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(ReplicationSettings.builder()
                        .checkpointInterval(CHECKPOINT_INTERVAL)
                        .minCheckpointPageCount(1_000_000)
                        .maxCheckpointPageCount(2_000_000)
                        .build())
                .build();
    }
}
