package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.LitestreamException;
import io.litestream4j.crash.CrashCases;
import io.litestream4j.crash.FileStep;
import io.litestream4j.crash.FileWatch;
import io.litestream4j.crash.WatchedFileSystem;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A step of the engine's fails and the process goes on: nothing is lost, and it gets over it by itself. */
class FailingStepsTest {

    private static final int CASES = Integer.getInteger("litestream.test.failingSteps", 2);
    private static final int IN_A_ROW = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final ReplicaSettings SETTINGS = ReplicaSettings.builder()
            .syncInterval(Duration.ZERO)
            .retention(Duration.ZERO)
            .build();

    @TempDir
    Path folder;

    private final long seed = new CrashCases().seed();

    /** Counts steps, and lets the k-th and those after it fail. */
    private static final class Steps {

        private final int first;
        private final int failures;
        private int count;

        Steps(int first, int failures) {
            this.first = first;
            this.failures = failures;
        }

        synchronized void next(String name) throws IOException {
            count++;
            if (count >= first && count < first + failures) {
                throw new IOException("step %d fails in this test: %s".formatted(count, name));
            }
        }
    }

    /** Where steps are counted. */
    private interface Seam {
        ReplicatedDatabase engine(Path root, Steps steps);
    }

    @Test
    void stepOnADiskFails() throws Exception {
        run("steps on a disk", (root, steps) -> {
            Path watched = WatchedFileSystem.watch(root, new FileWatch() {
                @Override
                public <T> T step(FileStep step, Action<T> action) throws IOException {
                    steps.next(step.toString());
                    return action.run();
                }
            });
            return engine(watched, new FileReplicaClient(watched.resolve("replica")));
        });
    }

    @Test
    void requestFailsOrItsReplyIsLost() throws Exception {
        run(
                "requests",
                (root, steps) ->
                        engine(root, new MomentsClient(new FileReplicaClient(root.resolve("replica")), steps::next)));
    }

    private static ReplicatedDatabase engine(Path root, ReplicaClient client) {
        return CrashWorld.engine(root.resolve("data").resolve("app.db"), client, SETTINGS, Clock.systemUTC());
    }

    private void run(String name, Seam seam) throws Exception {
        int steps = run(folder.resolve("none"), seam, new Steps(0, 0));
        int every = Math.max(1, steps / CASES);
        int cases = 0;
        for (int k = 1 + Math.floorMod(seed, every); k <= steps; k += every) {
            Path root = folder.resolve("case-" + k);
            int failures = 1 + cases++ % IN_A_ROW;
            try {
                run(root, seam, new Steps(k, failures));
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "%d of %d %s fail from %d on, seed %d".formatted(failures, steps, name, k, seed), e);
            }
            Restores.deleteRecursively(root);
        }
        System.out.printf("failing %s: %d of %d steps, seed %d%n", name, cases, steps, seed);
    }

    /** Returns how many steps there were. */
    private static int run(Path root, Seam seam, Steps steps) throws Exception {
        Path db = Files.createDirectories(root.resolve("data")).resolve("app.db");
        Files.createDirectories(root.resolve("replica"));
        try (Connection connection = CrashWorld.connect(db)) {
            Commits.create(connection);
        }
        int number = 0;
        for (int run = 0; run < 2; run++) {
            ReplicatedDatabase engine = seam.engine(root, steps);
            try (engine) {
                works("opened", () -> {
                    engine.open();
                    return true;
                });
                engine.start();
                try (Connection app = CrashWorld.connect(db)) {
                    commit(app, ++number);
                    works("replicated", () -> engine.syncAll(PATIENCE));
                    works("sealed", () -> engine.seal(PATIENCE));
                    commit(app, ++number);
                    works("stored as a snapshot", () -> engine.snapshot(PATIENCE));
                    commit(app, ++number);
                    works("replicated", () -> engine.syncAll(PATIENCE));
                    assertThat(restored(root)).isEqualTo(number);
                    commit(app, ++number);
                }
            }
            // what a failure at the end kept from being shipped is in the WAL, and is shipped by the next run
            assertThat(restored(root))
                    .as("after the end")
                    .isBetween(engine.hasShippedAll() ? number : number - 1, number);
        }
        return steps.count;
    }

    private static void works(String what, Callable<Boolean> action) throws Exception {
        Await.until(what, () -> {
            try {
                return action.call();
            } catch (LitestreamException e) {
                return false; // typed; the next attempt is the application's
            }
        });
    }

    private static void commit(Connection app, int number) throws Exception {
        Sql.run(app, "begin immediate");
        Commits.run(app, number);
        Sql.run(app, "commit");
    }

    private static int restored(Path root) throws Exception {
        Path target = root.resolve("restored");
        Restores.newest(root.resolve("replica"), target);
        int number = Commits.check(target);
        Files.delete(target);
        return number;
    }
}
