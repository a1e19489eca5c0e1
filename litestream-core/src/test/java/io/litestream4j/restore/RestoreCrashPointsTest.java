package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.crash.CrashCases;
import io.litestream4j.crash.CrashPoint;
import io.litestream4j.crash.CrashPoints;
import io.litestream4j.crash.Loss;
import io.litestream4j.crash.WatchedFileSystem;
import io.litestream4j.database.SourceDatabaseOpener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process or the power ends at each step of a restore: the file is whole or isn't there, and the next restore works. */
class RestoreCrashPointsTest {

    private static final int ONE_OF = 16;

    @TempDir
    Path folder;

    private final CrashCases cases = new CrashCases();
    private final Restorer restorer = RestoreFolder.restorer(16 << 10);
    private byte[] expected;

    @Test
    void restoreWithTransactionsOnDisk() throws Exception {
        Path world = Files.createDirectories(folder.resolve("world"));
        Files.createDirectories(world.resolve("data"));
        try (TestHistory history = history()) {
            run("restore", history, world);
        }
    }

    /** An application that was started without a restore made an empty file; a WAL of yore lies beside it. */
    @Test
    void restoreOverAnEmptyFileBesideAStaleWal() throws Exception {
        Path world = Files.createDirectories(folder.resolve("world"));
        Files.createDirectories(world.resolve("data"));
        Files.createFile(target(world));
        try (TestHistory history = history()) {
            Files.write(Path.of(target(world) + "-wal"), history.wal());
            run("restore over an empty file", history, world);
        }
    }

    private TestHistory history() throws Exception {
        TestHistory history = new TestHistory(folder, 1024);
        history.inAGenerationOfOurs().insert(40, 300).snapshot();
        history.ship();
        history.insert(3, 2000).ship();
        history.seal();
        history.run("update item set body = randomblob(3000)").ship();
        history.insert(5, 100).ship();
        expected = history.state();
        return history;
    }

    private static Path target(Path root) {
        return root.resolve("data").resolve("app.db");
    }

    private void run(String name, TestHistory history, Path world) throws Exception {
        CrashPoints<String> points =
                new CrashPoints<>(world, folder.resolve("copies"), cases.oneOf(ONE_OF), cases.seed(), () -> "");
        Path watched = WatchedFileSystem.watch(world, points);
        points.begin();
        restore(history, watched);
        points.end();
        assertThat(target(world)).hasBinaryContent(expected);

        cases.check(name, folder, points, (point, root, loss, random) -> check(point, root, loss, random, history));
    }

    private void restore(TestHistory history, Path root) {
        restorer.restore(RestoreFolder.request(target(root), request -> {}, history.replica()));
    }

    private void check(CrashPoint<String> point, Path root, Loss loss, Random random, TestHistory history)
            throws Exception {
        point.leave(root, loss, random);
        Path target = target(root);
        if (!Files.exists(target) || Files.size(target) == 0) {
            restore(history, root);
            assertThat(target).hasBinaryContent(expected);
            assertNoTemporaryFiles(root);
        }
        assertThat(target).hasBinaryContent(expected);
        assertThat(Path.of(target + "-wal")).doesNotExist();
        new SourceDatabaseOpener(target, null, Duration.ofSeconds(1)).open().close();
        assertNoTemporaryFiles(root);
    }

    private static void assertNoTemporaryFiles(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(file -> file.toString().endsWith(".tmp"))).isEmpty();
        }
    }
}
