package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicationStatus.SealStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints, ours and others', meet commits; whatever is restored meanwhile is a prefix of what was committed. */
class CheckpointRaceTest {

    private static final int WRITERS = 4;
    private static final long LONGEST_ROUND_SECONDS = 10;

    @TempDir
    Path folder;

    private final long seconds = Long.getLong("litestream.test.raceSeconds", 10);
    private Path db;
    private Path replica;
    private int restores;

    @AfterEach
    void sayHowMany() {
        System.out.println("restores that were checked: " + restores);
    }

    @Test
    void restoresBesideWritersAndConstantSealingArePrefixesWithEverythingAcknowledged() throws Exception {
        // SQLite's default first, then the hardest: every commit of the application makes a checkpoint
        int rounds = (int) Math.max(2, (seconds + LONGEST_ROUND_SECONDS - 1) / LONGEST_ROUND_SECONDS);
        for (int round = 0; round < rounds; round++) {
            newDatabase("round-" + round);
            int autocheckpoint = round % 2 == 0 ? 1000 : 1;
            try (ReplicatedDatabase engine = engine(null)) {
                engine.open();
                engine.start();
                try (Writers writers = Writers.start(
                        db, Writers.Load.of(WRITERS, 2_000_000).bigEvery(200).autocheckpoint(autocheckpoint))) {
                    race(engine, writers, seconds * 1000 / rounds);
                }
                assertNothingLost(engine, "autocheckpoint " + autocheckpoint, 100);
            }
            assertThat(Restores.generations(replica)).hasSize(1);
            Restores.assertEqual(replica, db, folder.resolve("last-" + round));
        }
    }

    /** With the usual pause our own checkpoints get through between those of the other; with none they often don't. */
    @ParameterizedTest
    @CsvSource({"checkpoints, 25", "checkpoints, 0", "visits, 0"})
    void checkpointsOfAnotherProcessInEveryModeEndNoGeneration(String what, int sealPause) throws Exception {
        newDatabase("foreign");
        try (ReplicatedDatabase engine = engine(Duration.ofMillis(sealPause));
                Child other = Child.start(SqliteProcess.class, folder, db.toString())) {
            engine.open();
            engine.start();
            other.ask("open");
            long millis = seconds * 1000 / 4;
            try (Writers writers =
                    Writers.start(db, Writers.Load.of(WRITERS, 2_000_000).bigEvery(200))) {
                other.send(what + " " + millis);
                race(engine, writers, millis);
                System.out.println(what + " of another process: " + other.answer());
            }
            other.ask("close");
            assertNothingLost(engine, "foreign " + what + ", seal-pause " + sealPause + " ms", 2);
        }
        assertThat(Restores.generations(replica)).hasSize(1);
        Restores.assertEqual(replica, db, folder.resolve("last"));
    }

    private void newDatabase(String name) throws Exception {
        Path home = Files.createDirectory(folder.resolve(name));
        db = home.resolve("app.db");
        replica = home.resolve("replica");
        Entries.create(db);
    }

    private ReplicatedDatabase engine(Duration sealPause) {
        return ReplicatedDatabase.builder(db)
                .replica(Restores.replica(replica), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(ReplicationSettings.builder()
                        .minCheckpointPageCount(20)
                        .maxCheckpointPageCount(5000)
                        .sealPause(sealPause)
                        .build())
                .build();
    }

    /** Restores once in a second, beside the writers. */
    private void race(ReplicatedDatabase engine, Writers writers, long millis) throws Exception {
        try (Acknowledgements acknowledgements = Acknowledgements.start(engine, writers)) {
            Await.until("the first acknowledgement", () -> acknowledgements.acknowledged()[0] > 0);
            long begun = System.nanoTime();
            for (long at = 0; at < millis; at += 1000) {
                long due = at;
                Await.until("the next second", () -> (System.nanoTime() - begun) / 1_000_000 >= due);
                restore(acknowledgements.acknowledged());
                writers.assertAllWell();
            }
            Await.until("the end", () -> (System.nanoTime() - begun) / 1_000_000 >= millis);
        }
    }

    private void restore(long[] acknowledged) throws IOException, SQLException {
        Path target = folder.resolve("restored.db");
        Restores.newest(replica, target);
        Entries.assertContains(Entries.check(target), acknowledged);
        Files.delete(target);
        restores++;
    }

    private void assertNothingLost(ReplicatedDatabase engine, String what, int leastSeals) throws Exception {
        assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        Path target = folder.resolve("all.db");
        Restores.newest(replica, target);
        SealStatistics seals = engine.status().seals();
        long[] last = Entries.check(target);
        System.out.printf(
                "%s: %d rows, %d indexes sealed of %d tries, write lock held %d us (median), %d ms (longest)%n",
                what,
                Arrays.stream(last).sum(),
                seals.done(),
                seals.tried(),
                seals.medianLockNanos() / 1000,
                seals.maxLockNanos() / 1_000_000);
        try (Connection connection = Sql.connect(db)) {
            assertThat(last).isEqualTo(Entries.check(connection));
        }
        Files.delete(target);
        assertThat(seals.done()).as("indexes sealed").isGreaterThan(leastSeals);
    }
}
