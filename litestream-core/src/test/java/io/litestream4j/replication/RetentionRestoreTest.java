package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.RetentionPlan.Deletion;
import io.litestream4j.restore.GenerationHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real objects of a real database, deleted one by one: everything within the window is restored after each of them. */
class RetentionRestoreTest {

    private static final Duration RETENTION = Duration.ofHours(24);

    @TempDir
    Path folder;

    private Path db;
    private Path root;
    private DatedHistory history;

    @Test
    void eachStateWithinTheWindowIsRestoredAfterEachDeletion() throws Exception {
        history();
        int steps = deleteOneByOne(this::assertWindow);
        System.out.println("retention of real objects: " + steps + " deletions");
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
            assertThat(DatedHistory.restoredRows(root, null, folder)).isEqualTo(history.rows());
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
        history.assertWindow(root, RETENTION, folder);
    }

    private void assertBinaryRestores() throws Exception {
        history.assertBinaryRestores(root, folder);
    }

    @FunctionalInterface
    private interface Check {
        void run() throws Exception;
    }

    private void history() throws Exception {
        db = folder.resolve("app.db");
        root = folder.resolve("replica");
        history = DatedHistory.make(db, root);
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
}
