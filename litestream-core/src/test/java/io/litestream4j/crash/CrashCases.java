package io.litestream4j.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Tries what comes after a crash, for the crash points of one run. By default for a few of them, chosen by the seed, with
 * one kind of loss each.
 */
public final class CrashCases {

    /** Cases wait for one another's locks and clocks more than they work. */
    private static final int THREADS = 4;

    private final long seed = Long.getLong("litestream.test.crashPointsSeed", System.nanoTime());

    /** Power failures by chance at each point; with 1 or more each other kind of loss is tried, too. */
    private final int randomLosses = Integer.getInteger("litestream.test.crashPointsRandomLosses", 0);

    /** What is true of what a crash left. */
    @FunctionalInterface
    public interface Oracle<K> {
        void check(CrashPoint<K> point, Path root, Loss loss, Random random) throws Exception;
    }

    public long seed() {
        return seed;
    }

    /** Of how many steps one is tried. */
    public int oneOf(int byDefault) {
        return Integer.getInteger("litestream.test.crashPointsOneOf", byDefault);
    }

    public <K> void check(String name, Path folder, CrashPoints<K> points, Oracle<K> oracle) throws Exception {
        long begun = System.nanoTime();
        List<Callable<String>> cases = new ArrayList<>();
        for (CrashPoint<K> point : points.points()) {
            Random random = new Random(seed + point.number());
            for (Loss loss : losses(point, random)) {
                long ownSeed = random.nextLong();
                Path root = folder.resolve("case-" + cases.size());
                cases.add(() -> failure(point, root, loss, new Random(ownSeed), oracle));
            }
        }
        assertThat(cases).as("crashes of " + name).isNotEmpty();
        List<String> failures = run(cases);
        System.out.printf(
                "%s: %d steps, %d of them tried, %d crashes, %d failures, %d ms, seed %d%n",
                name,
                points.steps(),
                points.points().size(),
                cases.size(),
                failures.size(),
                (System.nanoTime() - begun) / 1_000_000,
                seed);
        assertThat(failures.stream().limit(3))
                .as("%d of %d crashes of \"%s\" with seed %d", failures.size(), cases.size(), name, seed)
                .isEmpty();
    }

    private static List<String> run(List<Callable<String>> cases) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<String> failures = new ArrayList<>();
            for (Future<String> result : threads.invokeAll(cases)) {
                if (!result.get().isEmpty()) {
                    failures.add(result.get());
                }
            }
            return failures;
        } finally {
            threads.shutdownNow();
        }
    }

    private static <K> String failure(CrashPoint<K> point, Path root, Loss loss, Random random, Oracle<K> oracle)
            throws IOException {
        try {
            oracle.check(point, root, loss, random);
            return "";
        } catch (Exception | AssertionError e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            return "%s, known %s, loss of %s: %s".formatted(point, point.known(), loss, trace);
        } finally {
            DiskState.delete(root);
        }
    }

    private List<Loss> losses(CrashPoint<?> point, Random random) {
        List<Loss> all = new ArrayList<>(List.of(Loss.NOTHING));
        if (point.hasUnsynced()) {
            all.addAll(List.of(Loss.EVERYTHING, Loss.BYTES, Loss.NAMES, Loss.ONE_END));
            for (int i = 0; i < Math.max(1, randomLosses); i++) {
                all.add(Loss.RANDOM);
            }
        }
        return randomLosses > 0 ? all : List.of(all.get(random.nextInt(all.size())));
    }
}
