package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.database.TestDatabase;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases, and things that are done to them, that are not like every day. */
class WalReplicationTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Path db;
    private Path replica;
    private ReplicatedDatabase engine;

    @BeforeEach
    void setUp() {
        db = folder.resolve("app.db");
        replica = folder.resolve("replica");
    }

    @AfterEach
    void tearDown() {
        if (engine != null) {
            engine.close();
        }
    }

    /** The first start of an application: its first commit is waited for at once. */
    @Test
    void aDatabaseThatWasMadeThisVeryMomentCanBeWaitedFor() throws Exception {
        engine = builder(20)
                .settings(ReplicationSettings.builder()
                        .monitorInterval(Duration.ofMinutes(1))
                        .build())
                .build();
        engine.open();
        engine.start();
        Await.until("waiting", () -> engine.status().state() == State.WAITING_FOR_DATABASE);
        create();
        Position position = engine.sync();
        assertThat(engine.awaitReplicated(position, SOON)).isTrue();
        assertRestoreEqualsSource();
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
    void everyPageSize(int pageSize) throws Exception {
        create("pragma page_size=" + pageSize);
        startEngine(20);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 50, 1000);
            syncAll();
            insert(application, 51, 100, 3000);
            Sql.run(
                    application,
                    "delete from entry where seq % 3 = 0",
                    "update entry set payload = zeroblob(70000) where seq = 7");
            syncAll();
        }
        assertRestoreEqualsSource();
        assertThat(Files.size(db) % pageSize).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void autoVacuumMovesPagesAndTruncates(String mode) throws Exception {
        create("pragma auto_vacuum=" + mode);
        startEngine(30);
        try (Connection application = Sql.connect(db)) {
            for (int i = 0; i < 5; i++) {
                insert(application, 1, 200, 2000);
                syncAll();
                Sql.run(application, "delete from entry where seq > 20");
                Sql.run(application, "pragma incremental_vacuum(30)");
                Sql.run(application, "delete from entry");
                syncAll();
            }
            insert(application, 1, 10, 100);
        }
        assertRestoreEqualsSource();
    }

    @Test
    void vacuumGrowsAndShrinks() throws Exception {
        create();
        startEngine(100);
        try (Connection application = Sql.connect(db)) {
            for (int i = 0; i < 3; i++) {
                insert(application, 1, 1000, 1500);
                syncAll();
                Sql.run(application, "delete from entry where seq > 5", "vacuum");
                syncAll();
                Sql.run(application, "delete from entry");
            }
            insert(application, 1, 10, 100);
        }
        assertRestoreEqualsSource();
        assertThat(Files.size(db)).isLessThan(100_000);
    }

    @Test
    void bigTableIsDropped() throws Exception {
        create("create table big(x)");
        startEngine(100);
        try (Connection application = Sql.connect(db)) {
            for (int i = 0; i < 2; i++) {
                Sql.run(
                        application,
                        "with recursive n(i) as (values(1) union all select i + 1 from n where i < 3000)"
                                + " insert into big select randomblob(2000) from n");
                syncAll();
                Sql.run(application, "drop table big", "create table big(x)");
                insert(application, 100 * i + 1, 100 * i + 100, 500);
            }
        }
        assertRestoreEqualsSource();
    }

    @Test
    void transactionThatSpillsAndRollsBackIsNotShippedAndItsRepetitionIs() throws Exception {
        create();
        startEngine(200);
        try (Connection application = Sql.connect(db)) {
            Sql.run(application, "pragma cache_size=10");
            insert(application, 1, 10, 100);
            syncAll();
            for (int i = 0; i < 4; i++) {
                Position before = engine.status().position();
                Sql.run(application, "begin immediate");
                insertRows(application, 11 + 300 * i, 310 + 300 * i, 2000);
                // the spilled frames are in the WAL, which grew, without a commit
                assertThat(engine.sync()).isEqualTo(before);
                Sql.run(application, "rollback");
                engine.sync();
                Sql.run(application, "begin immediate");
                insertRows(application, 11 + 300 * i, 310 + 300 * i, 2000);
                Sql.run(application, "commit");
                syncAll();
            }
        }
        assertRestoreEqualsSource();
        assertThat(Entries.check(db)[0]).isEqualTo(1210);
    }

    @Test
    void emptyFileBecomesADatabaseLater() throws Exception {
        Files.createFile(db);
        startEngine(50);
        Await.until("waiting", () -> engine.status().state() == State.WAITING_FOR_DATABASE);
        Entries.create(db);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 100, 500);
            awaitReplicating();
            syncAll();
        }
        assertRestoreEqualsSource();
    }

    @Test
    void databaseIsCreatedByTheApplicationAfterOpen() throws Exception {
        startEngine(50);
        Await.until("waiting", () -> engine.status().state() == State.WAITING_FOR_DATABASE);
        // rollback mode, as an application that knows nothing of WAL would
        try (Connection application = Sql.plain(db)) {
            Entries.create(application);
            awaitReplicating();
            insert(application, 1, 100, 500);
            syncAll();
        }
        assertRestoreEqualsSource();
    }

    /** A database that has a header and no table, and a WAL without a frame. */
    @Test
    void headerOnly() throws Exception {
        Sql.run(db, "pragma user_version=7");
        startEngine(50);
        awaitReplicating();
        syncAll();
        try (Connection application = Sql.connect(db)) {
            assertThat(Sql.text(application, "select count(*) from sqlite_schema"))
                    .isEqualTo("0");
        }
        assertRestoreEqualsSource();
        try (Connection restored = Sql.immutable(folder.resolve("restored.db"))) {
            assertThat(Sql.number(restored, "pragma user_version")).isEqualTo(7);
        }
    }

    @Test
    void nothingOfOursIsInTheSchema() throws Exception {
        create("pragma user_version=3");
        startEngine(10);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 100, 500);
            syncAll();
            assertThat(Sql.text(application, "select name from sqlite_schema order by name"))
                    .isEqualTo("entry\nentry_by_writer");
            assertThat(Sql.number(application, "pragma user_version")).isEqualTo(3);
        }
        assertRestoreEqualsSource();
    }

    @Test
    void journalModeChangedAndBackWhileClosedBeginsAGeneration() throws Exception {
        create();
        Generation first = runOnce(1);
        try (Connection application = Sql.plain(db)) {
            assertThat(Sql.text(application, "pragma journal_mode=delete")).isEqualTo("delete");
            insert(application, 11, 20, 100);
            assertThat(Sql.text(application, "pragma journal_mode=wal")).isEqualTo("wal");
        }
        assertNewGenerationWithReason(first, 21, "no primary wal");
    }

    @Test
    void commitToAFileThatHasJustTakenThePlaceOfAnotherIsAcknowledgedOnlyByItsOwnGeneration() throws Exception {
        create();
        Path another = folder.resolve("another.db");
        Entries.create(another);
        startEngine(50);
        syncAll();
        Generation first = engine.status().position().generation();
        Files.move(another, db, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        for (String suffix : List.of("-wal", "-shm")) {
            Files.deleteIfExists(Path.of(db + suffix));
        }
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 7, 100);
            assertThat(engine.sync().generation()).isNotEqualTo(first);
            syncAll();
        }
        Path target = folder.resolve("another-restored.db");
        Restores.newest(replica, target);
        assertThat(Entries.check(target)[0]).isEqualTo(7);
    }

    @Test
    void databaseReplacedWhileRunningBeginsAGeneration() throws Exception {
        create();
        Path another = folder.resolve("another.db");
        Entries.create(another);
        try (Connection connection = Sql.plain(another)) {
            insert(connection, 1, 3, 100);
            Sql.text(connection, "pragma journal_mode=delete");
        }
        startEngine(50);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 50, 100);
            syncAll();
        }
        Generation first = engine.status().position().generation();
        Files.move(another, db, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        for (String suffix : List.of("-wal", "-shm")) {
            Files.deleteIfExists(Path.of(db + suffix));
        }
        Await.until(
                "another generation",
                () -> engine.status().position() != null
                        && !engine.status().position().generation().equals(first));
        try (Connection application = Sql.connect(db)) {
            insert(application, 4, 10, 100);
            syncAll();
        }
        System.out.println("replaced: " + engine.status().lastGeneration());
        assertRestoreEqualsSource();
        assertThat(Entries.check(db)[0]).isEqualTo(10);
        assertThat(Restores.generations(replica)).hasSize(2);
    }

    @Test
    void volumeRolledBackToAnOlderCopyBeginsAGeneration() throws Exception {
        create();
        Generation first = runOnce(1);
        Path copy = Files.createDirectory(folder.resolve("copy"));
        Files.copy(db, copy.resolve("app.db"));
        Restores.copyRecursively(Restores.meta(db), Restores.meta(copy.resolve("app.db")));
        assertThat(runOnce(11)).isEqualTo(first);

        Restores.deleteRecursively(Restores.meta(db));
        Files.delete(db);
        Files.copy(copy.resolve("app.db"), db);
        Restores.copyRecursively(Restores.meta(copy.resolve("app.db")), Restores.meta(db));
        // a copy is another file, or has another time: the shutdown record doesn't match it
        assertNewGeneration(first, 11);
    }

    /** The same in the middle of an index, as a snapshot of a volume of a running machine has it. */
    @Test
    void volumeRolledBackToACopyOfTheRunningDatabaseFindsTheReplicaAhead() throws Exception {
        create();
        Path copy = Files.createDirectory(folder.resolve("copy"));
        startEngine(1000);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 10, 100);
            syncAll();
            // by another process: this one must not open the files
            copyByAnotherProcess(copy);
            insert(application, 11, 20, 100);
            syncAll();
        }
        Generation first = engine.status().position().generation();
        stopEngine();

        Restores.loseDisk(db);
        Restores.copyRecursively(copy, folder);
        startEngine(1000);
        awaitReplicating();
        syncAll();
        Await.until("a reason", () -> engine.status().lastGeneration() != null);
        assertThat(engine.status().lastGeneration().reason()).startsWith("replica-ahead");
        assertThat(engine.status().position().generation()).isNotEqualTo(first);
        assertRestoreEqualsSource();
        assertThat(Entries.check(db)[0]).isEqualTo(10);
        assertThat(Restores.generations(replica)).hasSize(2);
    }

    @Test
    void replicaThatIsUnavailableForAWhileCatchesUpInTheSameGeneration() throws Exception {
        create();
        startEngine(20);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 50, 500);
            syncAll();
            Generation first = engine.status().position().generation();
            replicaGoesAway();
            insert(application, 51, 100, 500);
            engine.wake();
            Await.until("an error", () -> engine.status().replicas().get(0).state() == ReplicaState.RETRYING);
            assertThat(engine.status().state()).isEqualTo(State.REPLICATING);
            assertThat(engine.awaitReplicated(engine.sync(), Duration.ofMillis(200)))
                    .isFalse();
            for (int i = 0; i < 5; i++) {
                insert(application, 101 + 50 * i, 150 + 50 * i, 500);
                engine.sync();
            }
            replicaComesBack();
            syncAll();
            Await.until(
                    "no error any more",
                    () -> engine.status().replicas().get(0).state() == ReplicaState.REPLICATING
                            && engine.status().replicas().get(0).lastError() == null);
            assertThat(engine.status().position().generation()).isEqualTo(first);
        }
        assertRestoreEqualsSource();
        assertThat(Restores.generations(replica)).hasSize(1);
    }

    @Test
    void secondEngineStandsByAndTakesOverTheGeneration() throws Exception {
        create();
        startEngine(20);
        ReplicatedDatabase first = engine;
        ReplicatedDatabase second = builder(20).build();
        try (first) {
            second.open();
            second.start();
            assertThat(second.status().state()).isEqualTo(State.STANDBY);
            try (Connection application = Sql.connect(db)) {
                insert(application, 1, 50, 500);
                syncAll();
            }
        }
        engine = second;
        Generation generation = Restores.generations(replica).get(0);
        Await.until("taking over", () -> second.status().state() == State.REPLICATING);
        try (Connection application = Sql.connect(db)) {
            insert(application, 51, 100, 500);
            syncAll();
            assertThat(second.status().position().generation()).isEqualTo(generation);
        }
        assertRestoreEqualsSource();
        assertThat(Restores.snapshots(replica)).hasSize(1);
    }

    /** The application goes on all the time, so the first engine ends without the record of a clean shutdown. */
    @Test
    void secondEngineTakesOverTheGenerationBesideARunningApplication() throws Exception {
        create();
        startEngine(1000);
        ReplicatedDatabase first = engine;
        ReplicatedDatabase second = builder(1000).build();
        try (Connection application = Sql.connect(db)) {
            second.open();
            second.start();
            insert(application, 1, 50, 500);
            syncAll();
            engine = second;
            first.close();
            insert(application, 51, 60, 500);
            Await.until("taking over", () -> second.status().state() == State.REPLICATING);
            awaitReplicating();
            insert(application, 61, 100, 500);
            syncAll();
        }
        System.out.println(
                "taken over beside a running application: " + second.status().lastGeneration());
        assertRestoreEqualsSource();
        assertThat(Entries.check(db)[0]).isEqualTo(100);
    }

    @Test
    void stopAndStartAgain() throws Exception {
        create();
        startEngine(20);
        try (Connection application = Sql.connect(db)) {
            for (int i = 0; i < 3; i++) {
                insert(application, 1 + 100 * i, 50 + 100 * i, 500);
                engine.stop();
                insert(application, 51 + 100 * i, 100 + 100 * i, 500);
                engine.start();
            }
            syncAll();
        }
        assertRestoreEqualsSource();
        assertThat(Restores.snapshots(replica)).hasSize(1);
    }

    @Test
    void lastCommitBetweenStopAndCloseIsShipped() throws Exception {
        create();
        startEngine(1000);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 50, 500);
            engine.stop();
            insert(application, 51, 51, 500);
        }
        assertRestoreEqualsSource();
        assertThat(Entries.check(db)[0]).isEqualTo(51);
    }

    /** A file channel that is used by an interrupted thread is closed by Java. */
    @Test
    void interruptedCallerDoesNoHarm() throws Exception {
        create();
        startEngine(20);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 50, 500);
            syncAll();
            insert(application, 51, 100, 500);
            Thread caller = new Thread(() -> {
                Thread.currentThread().interrupt();
                try {
                    Position ignored = engine.sync();
                } catch (RuntimeException e) {
                    System.out.println("interrupted: " + e);
                }
            });
            caller.start();
            caller.join();
            insert(application, 101, 150, 500);
            syncAll();
        }
        assertRestoreEqualsSource();
        assertThat(Restores.generations(replica)).hasSize(1);
    }

    @Test
    void interruptedCallerThatAsksForTheStatusDoesNoHarm() throws Exception {
        create();
        startEngine(20);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 50, 500);
            syncAll();
            Thread.currentThread().interrupt();
            assertThat(engine.status().walSize()).isPositive();
            assertThat(Thread.interrupted()).isTrue();
            insert(application, 51, 100, 500);
            syncAll();
        }
        assertRestoreEqualsSource();
        assertThat(Restores.generations(replica)).hasSize(1);
    }

    @Test
    void interruptedCallerStopsAndClosesCleanly() throws Exception {
        create();
        startEngine(20);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 50, 500);
            syncAll();
            replicaGoesAway();
            insert(application, 51, 60, 500);
            Thread.currentThread().interrupt();
            engine.stop();
            assertThat(Thread.interrupted()).isTrue();
            engine.start();
            insert(application, 61, 70, 500);
        }
        Thread.currentThread().interrupt();
        stopEngine();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Restores.meta(db).resolve("clean-shutdown")).exists();
        replicaComesBack();
        startEngine(20);
        syncAll();
        assertRestoreEqualsSource();
        assertThat(Entries.check(db)[0]).isEqualTo(70);
        assertThat(Restores.generations(replica)).hasSize(1);
    }

    /** While an upload to the first replica hangs: the second one's worker must end all the same. */
    @Test
    void interruptedCallerStopsEveryWorker() throws Exception {
        create();
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        ReplicaClient slow =
                new WrappedClient(new FileReplicaClient(folder.resolve("slow")), UnaryOperator.identity(), out -> {
                    hangs.countDown();
                    awaitQuietly(goesOn);
                    return out;
                });
        engine = ReplicatedDatabase.builder(db)
                .replica(new Replica("slow", slow), ReplicaSettings.syncingEvery(Duration.ZERO))
                .replica(Restores.replica(replica), ReplicaSettings.syncingEvery(Duration.ZERO))
                .build();
        engine.open();
        engine.start();
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 10, 500);
            assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();
            Thread.currentThread().interrupt();
            engine.stop();
            assertThat(Thread.interrupted()).isTrue();
            insert(application, 11, 20, 500);
            assertThat(engine.awaitReplicated(engine.sync(), Duration.ofMillis(300)))
                    .isFalse();
            goesOn.countDown();
        }
        assertRestoreEqualsSource();
    }

    /** Nobody commits after the second engine has opened the database. */
    @ParameterizedTest(name = "stands by: {0}")
    @ValueSource(booleans = {true, false})
    void whatTheEngineBeforeLeftIsShippedWithoutACommit(boolean standsBy) throws Exception {
        create();
        engine = builder(1000)
                .settings(ReplicationSettings.builder()
                        .shutdownTimeout(Duration.ofMillis(1))
                        .build())
                .build();
        engine.open();
        engine.start();
        ReplicatedDatabase second = builder(1000).build();
        if (standsBy) {
            second.open();
            second.start();
            assertThat(second.status().state()).isEqualTo(State.STANDBY);
        }
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 10, 500);
            syncAll();
            replicaGoesAway();
            insert(application, 11, 20, 500);
        }
        engine.close();
        engine = second;
        second.start();
        Await.until("what is missing is shown", () -> replicaStatus().pendingBytes() > 0);
        Await.until("an attempt", () -> replicaStatus().state() == ReplicaState.RETRYING);
        replicaComesBack();
        Await.until("it is shipped", () -> replicaStatus().pendingBytes() == 0);
        assertThat(replicaStatus().position()).isEqualTo(second.status().position());
        assertRestoreEqualsSource();
        assertThat(Entries.check(db)[0]).isEqualTo(20);
        assertThat(Restores.generations(replica)).hasSize(1);
    }

    /** The file has frames that the next commit overwrites; a position behind them would be one that lacks it. */
    @Test
    void positionAfterACommitThatWentWrongHasTheNextOne() throws Exception {
        create();
        startEngine(1000);
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 5, 100);
            syncAll();
            Position before = engine.sync();
            new TestDatabase(folder).writeUncountedFrames(before.offset(), 3);
            assertThat(engine.sync()).isEqualTo(before);
            for (int seq = 6; seq <= 9; seq++) {
                insert(application, seq, seq, 100);
                assertThat(engine.awaitReplicated(engine.sync(), SOON)).isTrue();
                Path restored = folder.resolve(seq + ".db");
                Restores.newest(replica, restored);
                assertThat(Entries.check(restored)[0]).isEqualTo(seq);
            }
        }
        assertRestoreEqualsSource();
        assertThat(Restores.generations(replica)).hasSize(1);
    }

    /**
     * An empty replica needs a snapshot, and an old reader keeps the WAL from its restart: our own frame lands in the
     * index that was sealed for it.
     */
    @Test
    void firstSnapshotBesideAnOldReaderIsTakenWhenHeHasGone() throws Exception {
        create();
        startEngine(1000);
        Path copy = Files.createDirectory(folder.resolve("copy"));
        try (Connection application = Sql.connect(db)) {
            insert(application, 1, 10, 100);
            syncAll();
            copyByAnotherProcess(copy);
        }
        stopEngine();
        Restores.loseDisk(db);
        Restores.copyRecursively(copy, folder);
        Restores.deleteRecursively(replica);

        engine = builder(1000).build();
        engine.open();
        try (Connection reader = Sql.connect(db)) {
            Sql.run(reader, "begin");
            assertThat(Entries.check(reader)[0]).isEqualTo(10);
            engine.start();
            Await.until(
                    "tried again after our own frame",
                    () -> engine.status().seals().tried() >= 3);
            assertThat(engine.status().seals().done()).isEqualTo(1);
            assertThat(Restores.snapshots(replica)).isEmpty();
            Sql.run(reader, "commit");
        }
        Await.until("a snapshot", () -> !Restores.snapshots(replica).isEmpty());
        assertThat(Restores.snapshots(replica).get(0).index()).isEqualTo(1);
        syncAll();
        assertRestoreEqualsSource();
    }

    /** Each attempt keeps writers waiting for a moment: between two of them it is their turn. */
    @Test
    void snapshotThatWaitsForAReaderLetsWritersGoOn() throws Exception {
        create();
        startEngine(1000);
        try (Connection application = Sql.connect(db);
                Connection reader = Sql.connect(db)) {
            insert(application, 1, 10, 100);
            syncAll();
            Sql.run(reader, "begin");
            assertThat(Entries.check(reader)[0]).isEqualTo(10);
            insert(application, 11, 11, 100);
            CompletableFuture<Boolean> snapshot = CompletableFuture.supplyAsync(this::snapshot);
            Await.until("an attempt", () -> engine.status().seals().tried() >= 1);
            Sql.run(application, "pragma busy_timeout=1000");
            insert(application, 12, 20, 100);
            assertThat(snapshot).isNotDone();
            Sql.run(reader, "commit");
            assertThat(snapshot.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(Restores.snapshots(replica)).hasSize(2);
        }
        assertRestoreEqualsSource();
    }

    @Test
    void databaseBeyondTheLockPage() throws Exception {
        assumeTrue(Boolean.getBoolean("litestream.test.large"), "only with -Dlitestream.test.large=true");
        long begun = System.nanoTime();
        create("create table big(x)");
        startEngine(1000);
        try (Connection application = Sql.connect(db)) {
            Sql.run(application, "pragma synchronous=off");
            for (int i = 0; i < 110; i++) {
                Sql.run(
                        application,
                        "with recursive n(i) as (values(1) union all select i + 1 from n where i < 2500)"
                                + " insert into big select randomblob(4000) from n");
            }
            long written = System.nanoTime();
            syncAll();
            assertThat(engine.snapshot(Duration.ofMinutes(2))).isTrue();
            insert(application, 1, 100, 500);
            syncAll();
            System.out.printf(
                    "large: written in %d ms, shipped with a snapshot in %d ms more%n",
                    (written - begun) / 1_000_000, (System.nanoTime() - written) / 1_000_000);
        }
        long restoring = System.nanoTime();
        assertRestoreEqualsSource();
        System.out.printf(
                "large: %d bytes restored and compared in %d ms%n",
                Files.size(db), (System.nanoTime() - restoring) / 1_000_000);
        assertThat(Files.size(db)).isGreaterThan((1L << 30) + 4096 * 1000);
    }

    private void create(String... first) throws SQLException {
        try (Connection connection = Sql.plain(db)) {
            Sql.run(connection, first);
            Entries.create(connection);
            assertThat(Sql.text(connection, "pragma journal_mode=wal")).isEqualTo("wal");
        }
    }

    private ReplicatedDatabase.Builder builder(int minCheckpointPageCount) {
        return ReplicatedDatabase.builder(db)
                .replica(Restores.replica(replica), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(ReplicationSettings.builder()
                        .minCheckpointPageCount(minCheckpointPageCount)
                        .monitorInterval(Duration.ofMillis(100))
                        .build());
    }

    private void startEngine(int minCheckpointPageCount) {
        engine = builder(minCheckpointPageCount).build();
        engine.open();
        engine.start();
    }

    private void stopEngine() {
        engine.close();
        engine = null;
    }

    private ReplicationStatus.ReplicaStatus replicaStatus() {
        return engine.status().replicas().get(0);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean snapshot() {
        try {
            return engine.snapshot(SOON);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void replicaGoesAway() throws IOException {
        Files.move(replica, folder.resolve("aside"));
        Files.writeString(replica, "not a folder");
    }

    private void replicaComesBack() throws IOException {
        Files.delete(replica);
        Files.move(folder.resolve("aside"), replica);
    }

    private void awaitReplicating() throws Exception {
        Await.until("a position", () -> engine.status().position() != null);
    }

    private void syncAll() throws Exception {
        awaitReplicating();
        assertThat(engine.syncAll(SOON)).isTrue();
    }

    private static void insert(Connection connection, int from, int until, int payload) throws SQLException {
        Random random = new Random(from);
        for (int seq = from; seq <= until; seq++) {
            Entries.commit(connection, 0, seq, seq, payload, random);
        }
    }

    /** In a transaction that is open already. */
    private static void insertRows(Connection connection, int from, int until, int payload) throws SQLException {
        insert(connection, from, until, payload);
    }

    /** Runs the engine, commits ten rows, ends cleanly; returns the generation. */
    private Generation runOnce(int from) throws Exception {
        startEngine(5);
        Generation generation;
        try (Connection application = Sql.connect(db)) {
            insert(application, from, from + 9, 100);
            syncAll();
            generation = engine.status().position().generation();
        }
        stopEngine();
        return generation;
    }

    private void assertNewGenerationWithReason(Generation before, int from, String reason) throws Exception {
        startEngine(5);
        awaitReplicating();
        syncAll();
        assertThat(engine.status().lastGeneration().reason()).contains(reason);
        stopEngine();
        assertThat(runOnce(from)).isNotEqualTo(before);
        engine = builder(5).build();
        assertRestoreEqualsSource();
    }

    private void assertNewGeneration(Generation before, int from) throws Exception {
        assertNewGenerationWithReason(before, from, "");
    }

    private void copyByAnotherProcess(Path to) throws IOException, InterruptedException {
        Process copy = new ProcessBuilder(
                        "cp",
                        "-a",
                        db.toString(),
                        db + "-wal",
                        Restores.meta(db).toString(),
                        to.toString())
                .inheritIO()
                .start();
        assertThat(copy.waitFor()).isZero();
    }

    /** Every connection of the application must be closed. */
    private void assertRestoreEqualsSource() throws Exception {
        stopEngine();
        Restores.assertEqual(replica, db, folder.resolve("restored.db"));
        try (Connection source = Sql.immutable(db)) {
            assertThat(Sql.text(source, "pragma integrity_check")).isEqualTo("ok");
        }
    }
}
