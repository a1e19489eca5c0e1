package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.crash.CrashCases;
import io.litestream4j.crash.CrashPoint;
import io.litestream4j.crash.CrashPoints;
import io.litestream4j.crash.Loss;
import io.litestream4j.crash.WatchedFileSystem;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process or the power ends at each step of a retention: whatever was within the window is restored after it. */
class RetentionCrashPointsTest {

    private static final int ONE_OF = 12;
    private static final Duration RETENTION = Duration.ofHours(24);
    private static final ReplicaSettings SETTINGS = ReplicaSettings.builder()
            .syncInterval(Duration.ZERO)
            .retention(RETENTION)
            .build();

    @TempDir
    Path folder;

    private final CrashCases cases = new CrashCases();
    private Path world;
    private DatedHistory history;

    @BeforeEach
    void makeHistory() throws Exception {
        world = folder.resolve("world");
        Files.createDirectories(world.resolve("data"));
        history = DatedHistory.make(db(world), replica(world));
    }

    private static Path db(Path root) {
        return root.resolve("data").resolve("app.db");
    }

    private static Path replica(Path root) {
        return root.resolve("replica");
    }

    @Test
    void everyStateWithinTheWindowIsRestoredAfterACrashOfRetention() throws Exception {
        CrashPoints<Boolean> points = new CrashPoints<>(
                world, folder.resolve("copies"), cases.oneOf(ONE_OF), cases.seed(), this::recordIsTrue);
        Path watched = WatchedFileSystem.watch(world, points);
        Set<String> before = objects(world);
        points.begin();
        enforce(watched);
        points.end();
        Set<String> after = objects(world);
        assertThat(before).hasSizeGreaterThan(after.size() + 20);
        // a generation that a crash ends goes as a whole, later; one that was to go as a whole goes anyway
        Set<String> deleted = before.stream()
                .filter(object -> after.stream().noneMatch(kept -> kept.startsWith(generationOf(object))))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(deleted).hasSizeGreaterThan(10);

        cases.check(
                "retention", folder, points, (point, root, loss, random) -> check(point, root, loss, random, deleted));
    }

    private static String generationOf(String object) {
        return Path.of(object).subpath(0, 3).toString();
    }

    private boolean recordIsTrue() {
        try {
            return RecordOfShutdown.isTrue(db(world));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void enforce(Path root) throws Exception {
        try (ReplicatedDatabase engine =
                CrashWorld.engine(db(root), new FileReplicaClient(replica(root)), SETTINGS, Clock.systemUTC())) {
            engine.open();
            engine.start();
            Await.until("a generation is on the replica", () -> isConfirmed(engine));
            engine.enforceRetention();
        }
    }

    private static boolean isConfirmed(ReplicatedDatabase engine) {
        return engine.status().replicas().get(0).position() != null;
    }

    private void check(CrashPoint<Boolean> point, Path root, Loss loss, Random random, Set<String> deleted)
            throws Exception {
        point.leave(root, loss, random);
        if (point.known()) {
            RecordOfShutdown.adopt(db(root));
        }
        assertRestorable(root);
        enforce(root);
        assertRestorable(root);
        assertThat(objects(root))
                .as("what the aborted run had to delete is deleted by the next one")
                .doesNotContainAnyElementsOf(deleted);
    }

    private void assertRestorable(Path root) throws Exception {
        history.assertWindow(replica(root), RETENTION, root);
        assertThat(DatedHistory.restoredRows(replica(root), null, root)).isEqualTo(history.rows());
        if (System.getenv("LITESTREAM_BIN") != null) {
            history.assertBinaryRestores(replica(root), root);
        }
    }

    private static Set<String> objects(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(replica(root).resolve(ReplicaPaths.GENERATIONS))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .collect(Collectors.toSet());
        }
    }
}
