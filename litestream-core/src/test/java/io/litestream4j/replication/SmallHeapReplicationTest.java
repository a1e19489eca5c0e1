package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A database many times as large as the heap: first snapshot, commits, another snapshot, and a restore. */
@Timeout(1800)
class SmallHeapReplicationTest {

    private static final int MEGABYTES = Integer.getInteger("litestream.test.heapMegabytes", 200);

    @TempDir
    Path folder;

    @Test
    void largeDatabaseNeedsNoLargeHeap() throws Exception {
        Path db = folder.resolve("app.db");
        Entries.create(db);
        for (int left = MEGABYTES; left > 0; left -= 1000) {
            Entries.fill(db, Math.min(left, 1000) * 1_000_000);
        }
        Path restored = folder.resolve("restored.db");
        long begun = System.nanoTime();
        try (Child child = Child.start(
                List.of(),
                "64m",
                SmallHeapReplicationTest.class,
                folder,
                db.toString(),
                folder.resolve("replica").toString(),
                restored.toString())) {
            for (String step : List.of("first snapshot", "commits", "snapshot", "restore")) {
                assertThat(child.answer()).startsWith(step);
            }
            assertThat(child.exitCode()).isZero();
        }
        System.out.printf(
                "%d MB with a heap of 64 MB: first snapshot, commits, snapshot and restore in %d s%n",
                Files.size(db) >> 20,
                Duration.ofNanos(System.nanoTime() - begun).toSeconds());
        assertThat(Files.mismatch(db, restored)).isEqualTo(-1);
    }

    /** Arguments: database, replica, target of the restore. */
    public static void main(String[] arguments) throws Exception {
        Path db = Path.of(arguments[0]);
        Path replica = Path.of(arguments[1]);
        Duration limit = Duration.ofMinutes(10);
        try (ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                .replica(Restores.replica(replica), ReplicaSettings.syncingEvery(Duration.ZERO))
                .build()) {
            database.open();
            database.start();
            Await.until("a position", () -> database.status().position() != null);
            say("first snapshot", database.syncAll(limit));
            try (Writers writers = Writers.start(db, Writers.Load.of(2, 500_000).bigEvery(20))) {
                Await.until("commits", () -> writers.total() > 2000);
                say("commits", database.syncAll(limit));
                say("snapshot", database.snapshot(limit));
                writers.stop();
            }
        }
        Restores.newest(replica, Path.of(arguments[2]));
        say("restore", true);
        System.exit(0);
    }

    private static void say(String step, boolean went) {
        if (!went) {
            throw new AssertionError(step + " isn't done in time");
        }
        System.out.println(Child.ANSWER + step);
    }
}
