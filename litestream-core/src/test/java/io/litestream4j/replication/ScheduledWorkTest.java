package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots and retention by a clock that is moved. */
class ScheduledWorkTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path folder;

    private final MovingClock clock = new MovingClock();
    private final List<RetentionResult> enforced = new CopyOnWriteArrayList<>();
    private final List<Position> positions = new CopyOnWriteArrayList<>();
    private Path db;
    private Path root;
    private CountingClient counting;
    private Connection app;
    private @Nullable ReplicatedDatabase database;
    private int rows;

    @BeforeEach
    void create() throws Exception {
        db = folder.resolve("app.db");
        root = folder.resolve("replica");
        counting = new CountingClient(new FileReplicaClient(root));
        app = Sql.connect(db);
        Sql.run(app, "create table t(id integer primary key, x)");
    }

    @AfterEach
    void close() throws Exception {
        app.close();
        if (database != null) {
            database.close();
        }
    }

    @Test
    void aSnapshotIsTakenWhenTheIntervalIsOverAndSomethingWasCommitted() throws Exception {
        start(ReplicaSettings.builder().snapshotInterval(Duration.ofHours(6)));
        commit();
        assertThat(snapshots()).hasSize(1);
        clock.advance(Duration.ofHours(5));
        commit();
        assertThat(snapshots()).hasSize(1);
        clock.advance(Duration.ofHours(2));
        commit();
        Await.until("another snapshot", () -> snapshots().size() == 2);
        assertThat(snapshots().get(1).index()).isPositive();
        assertRestores();
    }

    @Test
    void aSnapshotIsTakenUnderConstantLoad() throws Exception {
        Entries.create(app);
        start(ReplicaSettings.builder().syncInterval(Duration.ZERO).snapshotInterval(Duration.ofMillis(200)));
        try (Writers writers = Writers.start(db, Writers.Load.of(2, 1_000_000))) {
            Await.until("four snapshots", () -> snapshots().size() >= 4);
            writers.assertAllWell();
        }
        assertThat(database.syncAll(LIMIT)).isTrue();
        assertRestores();
    }

    /** Each upload looks whether a snapshot is due, but one that went wrong is not repeated with each of them. */
    @Test
    void aSnapshotThatGoesWrongIsTriedLessAndLessAndHoldsUpNothing() throws Exception {
        start(ReplicaSettings.builder().syncInterval(Duration.ZERO).snapshotInterval(Duration.ofMillis(100)));
        int first = counting.count("writeSnapshot");
        counting.fault(call -> {
            if (call.equals("writeSnapshot")) {
                throw new IOException("no space left on the storage");
            }
        });
        Await.until("three attempts", () -> {
            commit();
            return counting.count("writeSnapshot") >= first + 3;
        });
        long begun = System.nanoTime();
        int commits = rows;
        while (System.nanoTime() - begun < 1_000_000_000L) {
            commit();
        }
        assertThat(rows - commits).isGreaterThan(20);
        assertThat(counting.count("writeSnapshot")).isLessThanOrEqualTo(first + 7);
        assertThat(status().lastError()).isNull();
        counting.fault(call -> {});
        Await.until("a snapshot after all", () -> snapshots().size() >= 2);
        awaitQuiet();
        assertRestores();
    }

    @Test
    void anIdleDatabaseGetsNoSnapshotWhateverTheInterval() throws Exception {
        start(ReplicaSettings.builder().snapshotInterval(Duration.ofMillis(50)));
        Position before = awaitQuiet();
        int calls = counting.calls().size();
        clock.advance(DAY);
        LockSupport.parkNanos(Duration.ofMillis(600).toNanos());
        assertThat(counting.calls().subList(calls, counting.calls().size())).isEmpty();
        assertThat(database.status().position()).isEqualTo(before);
        assertThat(snapshots()).hasSize(1);
    }

    /** A rule of the bucket that deletes by age would delete the only snapshot. */
    @Test
    void anIdleDatabaseGetsSnapshotsWhereTheStorageDeletesByAge() throws Exception {
        start(ReplicaSettings.builder().retention(Duration.ZERO).snapshotInterval(Duration.ofMillis(300)));
        commit();
        Await.until("three snapshots, with nothing committed", () -> snapshots().size() >= 3);
        assertRestores();
    }

    /** What such a rule leaves of an idle database is restored. */
    @Test
    void theNewestSnapshotOfAnIdleDatabaseIsEnough() throws Exception {
        start(ReplicaSettings.builder().retention(Duration.ZERO).snapshotInterval(Duration.ofMillis(300)));
        commit();
        Await.until("three snapshots", () -> snapshots().size() >= 3);
        close();
        List<SnapshotInfo> all = snapshots();
        SnapshotInfo newest = all.get(all.size() - 1);
        for (SnapshotInfo old : all.subList(0, all.size() - 1)) {
            Files.delete(snapshotFile(old));
        }
        Path wal = root.resolve("generations/%s/wal".formatted(newest.generation()));
        try (Stream<Path> segments = Files.list(wal)) {
            for (Path segment : segments.toList()) {
                if (Integer.parseInt(segment.getFileName().toString().substring(0, 8), 16) < newest.index()) {
                    Files.delete(segment);
                }
            }
        }
        assertRestores();
    }

    @Test
    void aRestartTakesNoSnapshotBeforeTheIntervalIsOver() throws Exception {
        ReplicaSettings.Builder settings = ReplicaSettings.builder().snapshotInterval(Duration.ofHours(6));
        start(settings);
        commit();
        restart(settings);
        commit();
        assertThat(status().lastSnapshotAt())
                .as("known from the listing")
                .isEqualTo(snapshots().get(0).createdAt());
        assertThat(snapshots()).hasSize(1);
        close();
        Files.setLastModifiedTime(
                snapshotFile(snapshots().get(0)), FileTime.from(Instant.now().minus(Duration.ofHours(7))));
        app = Sql.connect(db);
        start(settings);
        commit();
        Await.until("another snapshot", () -> snapshots().size() == 2);
        assertRestores();
    }

    @Test
    void retentionKeepsWhatTheWindowNeedsAndTakesTheSnapshotThatItNeeds() throws Exception {
        start(ReplicaSettings.builder().retention(DAY));
        commit();
        assertThat(database.seal(LIMIT)).isTrue();
        commit();
        age(Duration.ofHours(30));
        commit();
        assertThat(database.enforceRetention().get("file").problem()).isNull();
        Await.until("the snapshot that retention needs", () -> snapshots().size() == 2);
        assertThat(enforced).isEmpty();
        commitInNewIndex();
        age(Duration.ofHours(30));
        commit();
        RetentionResult result = database.enforceRetention().get("file");
        assertThat(result.snapshotsDeleted()).isEqualTo(1);
        assertThat(result.segmentsDeleted()).isGreaterThanOrEqualTo(2);
        assertThat(enforced).containsExactly(result);
        assertThat(status().lastRetention()).isEqualTo(result);
        Await.until("the next snapshot", () -> snapshots().size() == 2);
        awaitQuiet();
        assertRestores();
    }

    @Test
    void anOldGenerationGoesAsAWholeAndWithItsFolder() throws Exception {
        start(ReplicaSettings.builder().retention(DAY));
        commit();
        close();
        age(Duration.ofHours(60));
        Files.delete(Restores.meta(db).resolve("generation"));
        app = Sql.connect(db);
        start(ReplicaSettings.builder().retention(DAY));
        commit();
        assertThat(Restores.generations(root)).hasSize(2);
        database.enforceRetention();
        assertThat(Restores.generations(root)).hasSize(2);
        Position position = database.sync();
        commitInNewIndex();
        age(Duration.ofHours(30));
        commit();
        assertThat(database.enforceRetention().get("file").snapshotsDeleted()).isEqualTo(1);
        Await.until("the snapshot that retention needs", () -> snapshots().size() == 2);
        assertThat(Restores.generations(root)).containsExactly(position.generation());
        assertRestores();
    }

    @Test
    void anIdleReplicaIsCheckedOnceAndNotAskedAgain() throws Exception {
        start(ReplicaSettings.builder().retentionCheckInterval(Duration.ofMillis(40)));
        commit();
        awaitQuiet();
        Await.until("a check", () -> status().lastRetention() != null);
        Await.until("no request any more", () -> {
            int calls = counting.calls().size();
            LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
            return counting.calls().size() == calls;
        });
        int lists = counting.count("generations");
        commit();
        Await.until("a check after a commit", () -> counting.count("generations") > lists);
    }

    @Test
    void withoutRetentionNothingIsListed() throws Exception {
        start(ReplicaSettings.builder().retention(Duration.ZERO).retentionCheckInterval(Duration.ofMillis(20)));
        commit();
        int lists = counting.count("generations");
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        assertThat(database.enforceRetention().get("file").problem()).isNull();
        assertThat(counting.count("generations")).isEqualTo(lists);
    }

    @Test
    void aReplicaThatMayNotBeDeletedFromIsFedAllTheSame() throws Exception {
        start(ReplicaSettings.builder().retention(DAY).retentionCheckInterval(Duration.ofMillis(50)));
        commit();
        assertThat(database.snapshot(LIMIT)).isTrue();
        commitInNewIndex();
        age(Duration.ofHours(30));
        counting.fault(call -> {
            if (call.startsWith("delete")) {
                throw new AccessDeniedException("s3:DeleteObject");
            }
        });
        commit();
        Await.until("two attempts", () -> {
            commit();
            return counting.count("deleteSnapshots") >= 2;
        });
        assertThat(status().lastRetention().problem()).contains("s3:DeleteObject");
        assertThat(status().lastError()).isNull();
        assertThat(enforced).as("told once per run").isNotEmpty();
        assertThatThrownBy(() -> database.enforceRetention())
                .isInstanceOf(LitestreamException.class)
                .hasMessageContaining("s3:DeleteObject");
        counting.fault(call -> {});
        commit();
        Await.until("it works again", () -> status().lastRetention().problem() == null);
        assertRestores();
    }

    @Test
    void positionsAreAnnounced() throws Exception {
        start(ReplicaSettings.builder());
        commit();
        assertThat(positions).isNotEmpty().doesNotHaveDuplicates().contains(database.sync());
    }

    @Test
    void sealMovesEverythingIntoTheFileAndLeavesAnIdleDatabaseAlone() throws Exception {
        start(ReplicaSettings.builder());
        commit();
        int before = database.sync().index();
        assertThat(database.seal(LIMIT)).isTrue();
        Await.until("the next index", () -> database.status().position().index() == before + 1);
        Position quiet = awaitQuiet();
        assertThat(database.seal(LIMIT)).isTrue();
        assertThat(database.sync()).isEqualTo(quiet);
        try (Connection reader = Sql.connect(db)) {
            reader.setAutoCommit(false);
            Sql.number(reader, "select count(*) from t");
            commit();
            assertThat(database.seal(Duration.ofMillis(300))).isFalse();
        }
        assertThat(database.seal(LIMIT)).isTrue();
    }

    private void start(ReplicaSettings.Builder settings) throws Exception {
        ReplicationListener listener = new ReplicationListener() {
            @Override
            public void retentionEnforced(String replica, RetentionResult result) {
                enforced.add(result);
            }

            @Override
            public void positionChanged(Position position) {
                positions.add(position);
            }
        };
        database = ReplicatedDatabase.builder(db)
                .replica(new Replica("file", counting.client()), settings.build())
                .listener(listener)
                .clock(clock)
                .build();
        database.open();
        database.start();
        Await.until("a generation", () -> database.status().position() != null);
        assertThat(database.syncAll(LIMIT)).isTrue();
    }

    private void restart(ReplicaSettings.Builder settings) throws Exception {
        close();
        app = Sql.connect(db);
        start(settings);
    }

    /** Everything that is stored becomes so much older. */
    private void age(Duration by) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Instant time = Files.getLastModifiedTime(file).toInstant().minus(by);
                Files.setLastModifiedTime(file, FileTime.from(time));
            }
        }
    }

    private void commit() throws Exception {
        Sql.run(app, "insert into t(x) values (randomblob(2000))");
        rows++;
        assertThat(database.syncAll(LIMIT)).isTrue();
    }

    /** Restores of a state within the index of a snapshot use the snapshot before: so that one is still needed then. */
    private void commitInNewIndex() throws Exception {
        commit();
        assertThat(database.seal(LIMIT)).isTrue();
        commit();
    }

    private Position awaitQuiet() throws Exception {
        Position[] last = new Position[1];
        Await.until("nothing happens", Duration.ofSeconds(30), 1_300_000_000L, () -> {
            Position before = last[0];
            last[0] = database.sync();
            return last[0].equals(before);
        });
        assertThat(database.syncAll(LIMIT)).isTrue();
        return last[0];
    }

    private ReplicaStatus status() {
        return database.status().replicas().get(0);
    }

    private List<SnapshotInfo> snapshots() throws IOException {
        return Restores.snapshots(root);
    }

    private Path snapshotFile(SnapshotInfo snapshot) {
        return root.resolve(
                "generations/%s/snapshots/%08x.snapshot.lz4".formatted(snapshot.generation(), snapshot.index()));
    }

    private void assertRestores() throws Exception {
        close();
        Restores.assertEqual(root, db, folder.resolve("restored.db"));
        try (Connection restored = Sql.immutable(folder.resolve("restored.db"))) {
            assertThat(Sql.number(restored, "select count(*) from t")).isEqualTo(rows);
        }
        app = Sql.connect(db);
        database = null;
    }
}
