package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that hang or fail, beside others that don't. */
class ManyReplicasTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final CountDownLatch released = new CountDownLatch(1);
    private int rows;

    @AfterEach
    void release() {
        released.countDown();
    }

    @Test
    void oneHangsAndOneFailsAndTheThirdNeverNotices() throws Exception {
        Path db = folder.resolve("app.db");
        CountingClient good = client("good");
        CountingClient hanging = client("hanging");
        CountingClient failing = client("failing");
        failing.fault(call -> {
            throw new IOException("no route to host");
        });
        ReplicaSettings settings = ReplicaSettings.builder()
                .syncInterval(Duration.ZERO)
                .snapshotInterval(Duration.ofMillis(300))
                .retentionCheckInterval(Duration.ofMillis(100))
                .build();
        ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                .replica(new Replica("hanging", hanging.client()), settings)
                .replica(new Replica("failing", failing.client()), settings)
                .replica(new Replica("good", good.client()), settings)
                .settings(ReplicationSettings.builder()
                        .minCheckpointPageCount(20)
                        .shutdownTimeout(Duration.ofSeconds(2))
                        .build())
                .build();
        try (Connection app = Sql.connect(db)) {
            Sql.run(app, "create table t(id integer primary key, x)");
            database.open();
            database.start();
            Await.until(
                    "the hanging one is fed", () -> status(database, "hanging").position() != null);
            hanging.fault(call -> hang());
            long slowest = 0;
            for (int i = 0; i < 150; i++) {
                long begun = System.nanoTime();
                insert(app);
                assertThat(database.awaitReplicated(database.sync(), Duration.ofSeconds(5)))
                        .isTrue();
                slowest = Math.max(slowest, System.nanoTime() - begun);
            }
            System.out.println(
                    "slowest commit with confirmation beside a replica that hangs: " + slowest / 1_000_000 + " ms");
            Await.until("later snapshots on the good one", () -> good.count("writeSnapshot") >= 2);
            assertThat(status(database, "good").position()).isEqualTo(database.sync());
            Await.until("indexes go on being sealed", () -> {
                insert(app);
                return database.sync().index() > 10;
            });
            assertThat(status(database, "failing").state()).isEqualTo(ReplicaState.RETRYING);
            assertThat(status(database, "hanging").pendingBytes()).isPositive();
            assertThat(database.seal(LIMIT)).isTrue();
        }
        long begun = System.nanoTime();
        database.stop();
        database.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        Restores.newest(folder.resolve("good"), folder.resolve("restored.db"));
        try (Connection restored = Sql.immutable(folder.resolve("restored.db"))) {
            assertThat(Sql.number(restored, "select count(*) from t")).isEqualTo(rows);
        }
    }

    /** Storage that hangs during a snapshot: the WAL is not kept for it without end, and the others go on. */
    @Test
    void aSnapshotThatStandsStillKeepsNobodyFromSealing() throws Exception {
        Path db = folder.resolve("app.db");
        WrappedClient stalling = new WrappedClient(
                new FileReplicaClient(folder.resolve("stalling")),
                out -> new java.io.FilterOutputStream(out) {
                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        hang();
                    }
                },
                out -> out);
        try (Connection app = Sql.connect(db);
                ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                        .replica(new Replica("stalling", stalling), ReplicaSettings.syncingEvery(Duration.ZERO))
                        .replica(Restores.replica(folder.resolve("good")), ReplicaSettings.syncingEvery(Duration.ZERO))
                        .settings(ReplicationSettings.builder()
                                .minCheckpointPageCount(20)
                                .maxPendingSize(2_000_000)
                                .shutdownTimeout(Duration.ofSeconds(1))
                                .build())
                        .build()) {
            Sql.run(app, "create table t(id integer primary key, x)");
            database.open();
            database.start();
            Await.until("a position", () -> database.status().position() != null);
            for (int i = 0; i < 200; i++) {
                Sql.run(app, "insert into t(x) values (randomblob(20000))");
                assertThat(database.awaitReplicated(database.sync(), LIMIT)).isTrue();
            }
            Await.until("an index is sealed", () -> database.status().position().index() > 0);
            assertThat(database.status().walSize()).isLessThan(6_000_000);
        }
    }

    @Test
    void fortyDatabasesOnAReplicaThatHangsDontKeepAnotherFromBeingServed() throws Exception {
        List<ReplicatedDatabase> databases = new ArrayList<>();
        try (EngineThreads threads = new EngineThreads()) {
            CountingClient hanging = client("hanging");
            hanging.fault(call -> hang());
            for (int i = 0; i < 40; i++) {
                databases.add(begin(threads, "hung-" + i, new Replica("hanging", hanging.client())));
            }
            Await.until(
                    "the pool is full of hanging tasks", () -> hanging.calls().size() >= 16);
            ReplicatedDatabase served = begin(threads, "served", Restores.replica(folder.resolve("good")));
            databases.add(served);
            Await.until("a position", () -> served.status().position() != null);
            assertThat(served.syncAll(Duration.ofSeconds(30))).isTrue();
            long count = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("litestream-replica"))
                    .count();
            System.out.println("replica threads while 40 hang: " + count);
            assertThat(count).isBetween(17L, 140L);
            released.countDown();
            for (ReplicatedDatabase database : databases) {
                database.close();
            }
        }
    }

    /** More databases than slots: each gets its turn as soon as there is one. */
    @Test
    void thirtyDatabasesBeginAtOnce() throws Exception {
        List<ReplicatedDatabase> databases = new ArrayList<>();
        try (EngineThreads threads = new EngineThreads()) {
            long begun = System.nanoTime();
            for (int i = 0; i < 30; i++) {
                databases.add(begin(threads, "db-" + i, Restores.replica(folder.resolve("replica-" + i))));
            }
            for (ReplicatedDatabase database : databases) {
                Await.until(
                        "a first snapshot",
                        () -> database.status().replicas().get(0).position() != null);
            }
            System.out.println("thirty databases, until all have their first snapshot: "
                    + (System.nanoTime() - begun) / 1_000_000 + " ms");
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
            for (ReplicatedDatabase database : databases) {
                database.close();
            }
        }
    }

    @Test
    void noMoreThanTwoSnapshotsMoveAtOnce() {
        SnapshotSlots slots = new SnapshotSlots();
        AtomicInteger woken = new AtomicInteger();
        SnapshotSlots.Slot first = slots.tryTake(woken::incrementAndGet);
        SnapshotSlots.Slot second = slots.tryTake(woken::incrementAndGet);
        assertThat(first).isNotNull();
        assertThat(second).isNotNull();
        assertThat(slots.tryTake(woken::incrementAndGet)).isNull();
        assertThat(woken).hasValue(0);
        first.close();
        assertThat(woken.get()).isPositive();
        assertThat(slots.tryTake(woken::incrementAndGet)).isNotNull();
        assertThat(slots.tryTake(woken::incrementAndGet)).isNull();
    }

    private ReplicatedDatabase begin(EngineThreads threads, String name, Replica replica) throws Exception {
        Path db = folder.resolve(name + ".db");
        Sql.run(db, "create table t(x)");
        ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                .replica(replica, ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(ReplicationSettings.builder()
                        .shutdownTimeout(Duration.ofMillis(10))
                        .build())
                .threads(threads)
                .build();
        database.open();
        database.start();
        return database;
    }

    private void insert(Connection app) throws Exception {
        Sql.run(app, "insert into t(x) values (randomblob(20000))");
        rows++;
    }

    private CountingClient client(String name) {
        return new CountingClient(new FileReplicaClient(folder.resolve(name)));
    }

    private void hang() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ReplicaStatus status(ReplicatedDatabase database, String name) {
        return database.status().replicas().stream()
                .filter(replica -> replica.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
