package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.crash.CrashPoint;
import io.litestream4j.crash.Loss;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Runs a script once, and then, for its crash points, what comes after the crash. By default for a few of them, chosen by
 * the seed, with one kind of loss each.
 */
final class CrashCases {

    private static final int ONE_OF = Integer.getInteger("litestream.test.crashPointsOneOf", 20);

    /** Power failures by chance at each point; with 1 or more each other kind of loss is tried, too. */
    private static final int RANDOM_LOSSES = Integer.getInteger("litestream.test.crashPointsRandomLosses", 0);

    private static final int MAX_FAILURES = 10;

    private final long seed = Long.getLong("litestream.test.crashPointsSeed", System.nanoTime());

    /** What an application and its engine do. */
    @FunctionalInterface
    interface Script {
        void run(CrashWorld world) throws Exception;
    }

    long seed() {
        return seed;
    }

    int oneOf() {
        return ONE_OF;
    }

    void run(String name, Path folder, Script script) throws Exception {
        try (CrashWorld world = new CrashWorld(folder, ONE_OF, seed)) {
            run(name, folder, world, script);
        }
    }

    void run(String name, Path folder, CrashWorld world, Script script) throws Exception {
        long begun = System.nanoTime();
        script.run(world);
        world.points.end();
        world.close();
        long ran = System.nanoTime();
        check(
                name,
                folder,
                world.points.steps(),
                world.points.points(),
                (point, root, loss, random) -> new CrashedWorld(point, root, loss, random).check());
        System.out.printf(
                "the script ran for %d ms, its crashes took %d ms%n",
                (ran - begun) / 1_000_000, (System.nanoTime() - ran) / 1_000_000);
    }

    /** What is true of what a crash left. */
    @FunctionalInterface
    interface Oracle<K> {
        void check(CrashPoint<K> point, Path root, Loss loss, Random random) throws Exception;
    }

    <K> void check(String name, Path folder, int steps, List<CrashPoint<K>> points, Oracle<K> oracle)
            throws IOException {
        List<String> failures = new ArrayList<>();
        int count = 0;
        for (CrashPoint<K> point : points) {
            Random random = new Random(seed + point.number());
            List<Loss> losses = losses(point, random);
            for (int i = 0; i < losses.size() && failures.size() < MAX_FAILURES; i++) {
                count++;
                Path root = folder.resolve("case-" + point.number() + "-" + i);
                try {
                    oracle.check(point, root, losses.get(i), random);
                    Restores.deleteRecursively(root);
                } catch (Exception | AssertionError e) {
                    failures.add("%s, %s, loss of %s: %s".formatted(name, point, losses.get(i), trace(e)));
                }
            }
            Restores.deleteRecursively(point.copy());
        }
        System.out.printf(
                "%s: %d steps, %d of them tried, %d crashes, seed %d%n", name, steps, points.size(), count, seed);
        assertThat(failures).as("failures with seed " + seed).isEmpty();
    }

    private static List<Loss> losses(CrashPoint<?> point, Random random) {
        List<Loss> all = new ArrayList<>(List.of(Loss.NOTHING));
        if (point.hasUnsynced()) {
            all.addAll(List.of(Loss.EVERYTHING, Loss.BYTES, Loss.NAMES));
            for (int i = 0; i < Math.max(1, RANDOM_LOSSES); i++) {
                all.add(Loss.RANDOM);
            }
        }
        return RANDOM_LOSSES > 0 ? all : List.of(all.get(random.nextInt(all.size())));
    }

    private static String trace(Throwable e) {
        java.io.StringWriter text = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }
}
