package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.RetentionPlan.Deletion;
import io.litestream4j.restore.GenerationHistory;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real objects of a real database, deleted one by one: everything within the window is restored after each of them. */
class RetentionRestoreTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration RETENTION = Duration.ofHours(24);

    @TempDir
    Path folder;

    private Path db;
    private Path root;
    private final Map<Instant, Integer> rowsAt = new TreeMap<>();
    private Instant time;
    private int rows;
    private int restored;

    @Test
    void eachStateWithinTheWindowIsRestoredAfterEachDeletion() throws Exception {
        history();
        int steps = deleteOneByOne(this::assertWindow);
        System.out.println("retention of real objects: " + steps + " deletions, " + restored + " restores");
    }

    @Test
    void theBinaryRestoresTheNewestStateAfterEachDeletion() throws Exception {
        LitestreamBinary.assumeAvailable();
        history();
        int steps = deleteOneByOne(this::assertBinaryRestores);
        System.out.println("the binary restored after each of " + steps + " deletions");
    }

    @Test
    void killedWhileItDeletes() throws Exception {
        history();
        long seed = Long.getLong("litestream.test.seed", System.nanoTime());
        Random random = new Random(seed);
        int kills = 0;
        int before = objects();
        for (int i = 0; i < 12; i++) {
            try (Child child = Child.start(CrashingRetention.class, folder, db.toString(), root.toString())) {
                if (child.answer().equals("done")) {
                    break;
                }
                LockSupport.parkNanos(random.nextInt(60_000_000));
                kills += child.isAlive() ? 1 : 0;
                child.kill();
            }
            assertWindow();
            assertThat(restoredRows(null)).isEqualTo(rows);
            if (System.getenv("LITESTREAM_BIN") != null) {
                assertBinaryRestores();
            }
        }
        System.out.printf(
                "retention: %d kills while it deleted, %d objects before, %d after, seed %d%n",
                kills, before, objects(), seed);
        assertThat(kills).isGreaterThanOrEqualTo(2);
        assertThat(objects()).isLessThan(before - 10);
    }

    private int objects() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return (int) files.filter(Files::isRegularFile).count();
        }
    }

    private void assertWindow() throws Exception {
        Instant cutoff = Instant.now().minus(RETENTION);
        for (Map.Entry<Instant, Integer> state : rowsAt.entrySet()) {
            if (!state.getKey().isBefore(cutoff)) {
                assertThat(restoredRows(state.getKey()))
                        .isEqualTo(state.getValue().longValue());
            }
        }
    }

    private void assertBinaryRestores() throws Exception {
        Path target = folder.resolve("by-binary-" + restored++);
        LitestreamBinary.restore(root, target);
        try (Connection connection = Sql.immutable(target)) {
            assertThat(Sql.number(connection, "select count(*) from t")).isEqualTo(rows);
            assertThat(Sql.text(connection, "pragma integrity_check")).isEqualTo("ok");
        }
        Files.delete(target);
    }

    @FunctionalInterface
    private interface Check {
        void run() throws Exception;
    }

    /** Two generations over five days: old WAL, snapshots, a rest within the window. */
    private void history() throws Exception {
        db = folder.resolve("app.db");
        root = folder.resolve("replica");
        time = Instant.now().minus(Duration.ofHours(100)).minus(Duration.ofMinutes(1));
        try (Connection app = Sql.connect(db)) {
            Sql.run(app, "create table t(id integer primary key, x)");
        }
        run(6, 3);
        Restores.deleteRecursively(Restores.meta(db));
        run(12, 4);
    }

    private void run(int commits, int snapshotEvery) throws Exception {
        try (ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                .replica(
                        Restores.replica(root),
                        ReplicaSettings.builder().retention(Duration.ZERO).build())
                .build()) {
            database.open();
            database.start();
            try (Connection app = Sql.connect(db)) {
                Await.until("a position", () -> database.status().position() != null);
                for (int i = 1; i <= commits; i++) {
                    Sql.run(app, "insert into t(x) values (randomblob(3000))");
                    rows++;
                    assertThat(database.syncAll(LIMIT)).isTrue();
                    if (i % snapshotEvery == 0) {
                        assertThat(database.snapshot(LIMIT)).isTrue();
                    } else if (i % 2 == 0) {
                        assertThat(database.seal(LIMIT)).isTrue();
                    }
                    assertThat(database.syncAll(LIMIT)).isTrue();
                    stampNewObjects();
                    rowsAt.put(time, rows);
                }
            }
        }
        stampNewObjects();
        rowsAt.put(time, rows);
    }

    /** What was stored since the last call gets the next of the times of these days. */
    private void stampNewObjects() throws IOException {
        time = time.plus(Duration.ofHours(5));
        Instant before = Instant.now().minus(Duration.ofMinutes(30));
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isAfter(before)) {
                    Files.setLastModifiedTime(file, FileTime.from(time));
                }
            }
        }
    }

    private int deleteOneByOne(Check check) throws Exception {
        FileReplicaClient client = new FileReplicaClient(root);
        List<GenerationHistory> histories = new ArrayList<>();
        for (Generation generation : client.generations()) {
            histories.add(
                    new GenerationHistory(generation, client.snapshots(generation), client.walSegments(generation)));
        }
        Generation current = Generation.parse(
                Files.readString(Restores.meta(db).resolve("generation")).strip());
        RetentionPlan plan = RetentionPlan.of(histories, current, Instant.now(), RETENTION);
        assertThat(plan.gap()).isNull();
        assertThat(plan.snapshots()).isGreaterThan(2);
        int steps = 0;
        check.run();
        for (Deletion deletion : plan.deletions()) {
            for (Path object : objects(deletion)) {
                Files.delete(object);
                steps++;
                check.run();
            }
        }
        return steps;
    }

    private List<Path> objects(Deletion deletion) {
        return Stream.concat(
                        deletion.snapshots().stream().map(ReplicaPaths::snapshot),
                        deletion.segments().stream()
                                .map(WalSegmentInfo::position)
                                .map(ReplicaPaths::walSegment))
                .map(root::resolve)
                .toList();
    }

    private long restoredRows(@Nullable Instant at) throws Exception {
        Path target = folder.resolve("restored-" + restored++);
        new Restorer()
                .restore(RestoreRequest.to(target)
                        .from(List.of(Restores.replica(root)))
                        .timestamp(at)
                        .build());
        try (Connection connection = Sql.immutable(target)) {
            return Sql.number(connection, "select count(*) from t");
        } finally {
            Files.delete(target);
        }
    }
}
