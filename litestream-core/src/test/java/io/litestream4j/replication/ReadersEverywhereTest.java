package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Position;
import io.litestream4j.replication.ReplicationStatus.SealStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Read transactions overlap so that there is never a moment without one. */
class ReadersEverywhereTest {

    private static final int READERS = 16;
    private static final int WAL_FRAME = 4096 + 24;

    @TempDir
    Path folder;

    @Test
    void sealingAdvancesTheWalStaysBoundedAndAGenerationCanBegin() throws Exception {
        long seconds = Long.getLong("litestream.test.readersSeconds", 10);
        Path db = folder.resolve("app.db");
        Path replica = folder.resolve("replica");
        Entries.create(db);
        long bound = 2L * ReplicationSettings.defaults().maxCheckpointPageCount() * WAL_FRAME;

        ReplicatedDatabase engine = engine(db, replica);
        try {
            engine.open();
            engine.start();
            try (Readers readers = Readers.start(db);
                    Writers writers = Writers.start(db, Writers.Load.of(4, 1_500_000))) {
                run("first half", engine, writers, bound, TimeUnit.SECONDS.toMillis(seconds) / 2);

                engine.close();
                Restores.loseShadow(db);
                engine = engine(db, replica);
                engine.open();
                engine.start();
                ReplicatedDatabase second = engine;
                long begun = System.nanoTime();
                Await.until(
                        "the snapshot of a new generation",
                        () -> Restores.snapshots(replica).size() == 2);
                System.out.printf(
                        "readers: a new generation had its snapshot after %d ms%n",
                        (System.nanoTime() - begun) / 1_000_000);
                run("second half", second, writers, bound, TimeUnit.SECONDS.toMillis(seconds) / 2);
                readers.assertAllWell();
            }
            assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        } finally {
            engine.close();
        }
        Restores.assertEqual(replica, db, folder.resolve("restored.db"));
        Entries.check(db);
    }

    private static ReplicatedDatabase engine(Path db, Path replica) {
        return ReplicatedDatabase.builder(db)
                .replica(Restores.replica(replica), ReplicaSettings.defaults())
                .build();
    }

    private static void run(String name, ReplicatedDatabase engine, Writers writers, long bound, long millis)
            throws Exception {
        Await.until("a position", () -> engine.status().position() != null);
        Position first = engine.status().position();
        long rows = writers.total();
        long longestWal = 0;
        long begun = System.nanoTime();
        while ((System.nanoTime() - begun) / 1_000_000 < millis) {
            longestWal = Math.max(longestWal, Files.size(Path.of(writers.database() + "-wal")));
            TimeUnit.MILLISECONDS.sleep(20);
            writers.assertAllWell();
        }
        Position last = engine.status().position();
        SealStatistics seals = engine.status().seals();
        System.out.printf(
                "readers, %s: %d rows in %d ms, index %d to %d, seals tried %d, done %d, write lock held %d us (median),"
                        + " %d ms (longest), WAL at most %d pages%n",
                name,
                writers.total() - rows,
                millis,
                first.index(),
                last.index(),
                seals.tried(),
                seals.done(),
                seals.medianLockNanos() / 1000,
                seals.maxLockNanos() / 1_000_000,
                longestWal / WAL_FRAME);
        assertThat(last.generation()).isEqualTo(first.generation());
        assertThat(last.index()).isGreaterThan(first.index());
        assertThat(longestWal).isLessThan(bound);
    }

    /** Each reads for 5 to 20 ms and begins again at once. */
    private static final class Readers implements AutoCloseable {

        private final List<Thread> threads = new ArrayList<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private volatile boolean stopping;

        static Readers start(Path db) {
            Readers readers = new Readers();
            for (int i = 0; i < READERS; i++) {
                Thread thread = new Thread(() -> readers.read(db), "reader-" + i);
                thread.setDaemon(true);
                thread.start();
                readers.threads.add(thread);
            }
            return readers;
        }

        @SuppressWarnings("CatchingUnchecked")
        private void read(Path db) {
            Random random = new Random();
            try (Connection connection = Sql.connect(db)) {
                while (!stopping) {
                    Sql.run(connection, "begin");
                    long before = Sql.number(connection, "select max(id) from entry");
                    TimeUnit.MICROSECONDS.sleep(5000 + random.nextInt(15_000));
                    long after = Sql.number(connection, "select max(id) from entry");
                    Sql.run(connection, "commit");
                    if (before != after) {
                        throw new AssertionError("a read transaction saw " + before + ", then " + after);
                    }
                }
            } catch (Exception | AssertionError e) {
                failure.compareAndSet(null, e);
            }
        }

        void assertAllWell() {
            Throwable thrown = failure.get();
            if (thrown != null) {
                throw new AssertionError("a reader failed", thrown);
            }
        }

        @Override
        public void close() {
            stopping = true;
            try {
                for (Thread thread : threads) {
                    thread.join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
