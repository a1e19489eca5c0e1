package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a commit takes to become an object on the replica's disk, at one commit per 100 ms and sync-interval 0. */
class CommitLatencyTest {

    private static final int COMMITS = 30;
    private static final int ROUNDS = 3;
    private static final Duration TARGET = Duration.ofMillis(10);

    @TempDir
    Path folder;

    private final Semaphore replicated = new Semaphore(0);

    @Test
    void aCommitThatIsAnnouncedIsAnObjectOnDiskWithinTenMilliseconds() throws Exception {
        Duration best = bestMedian("announced", true);
        assertThat(best).isLessThan(TARGET);
    }

    @Test
    void aCommitOfAnotherConnectionIsFoundByLookingWithinTwentyMilliseconds() throws Exception {
        Duration best = bestMedian("found by looking", false);
        assertThat(best).isLessThan(TARGET.multipliedBy(2));
    }

    private Duration bestMedian(String how, boolean wake) throws Exception {
        Path file = folder.resolve("app.db");
        Replica replica = new Replica("file", new FileReplicaClient(folder.resolve("replica")));
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement();
                ReplicatedDatabase database = ReplicatedDatabase.builder(file)
                        .replica(replica, ReplicaSettings.syncingEvery(Duration.ZERO))
                        .listener(new ReplicationListener() {
                            @Override
                            public void replicated(String name, Position position) {
                                replicated.release();
                            }
                        })
                        .build()) {
            statement.execute("create table item(id integer primary key, name text)");
            database.open();
            database.start();
            assertThat(database.syncAll(Duration.ofSeconds(10))).isTrue();
            Duration best = Duration.ofDays(1);
            for (int round = 0; round < ROUNDS; round++) {
                long[] nanos = measure(statement, database, wake);
                Duration median = Duration.ofNanos(nanos[COMMITS / 2]);
                System.out.printf(
                        "commit to object on disk, %s: median %.2f ms, p90 %.2f ms, max %.2f ms%n",
                        how, nanos[COMMITS / 2] / 1e6, nanos[COMMITS * 9 / 10] / 1e6, nanos[COMMITS - 1] / 1e6);
                best = median.compareTo(best) < 0 ? median : best;
            }
            return best;
        }
    }

    private long[] measure(Statement statement, ReplicatedDatabase database, boolean wake) throws Exception {
        long[] nanos = new long[COMMITS];
        long next = System.nanoTime();
        for (int i = 0; i < COMMITS; i++) {
            next += TimeUnit.MILLISECONDS.toNanos(100);
            while (System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime()); // the rate of commits is the subject
            }
            replicated.drainPermits();
            statement.execute("insert into item(name) values ('a note of ordinary length')");
            long committed = System.nanoTime();
            if (wake) {
                database.wake();
            }
            assertThat(replicated.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            nanos[i] = System.nanoTime() - committed;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static Connection connect(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file + "?journal_mode=WAL&busy_timeout=5000");
    }
}
