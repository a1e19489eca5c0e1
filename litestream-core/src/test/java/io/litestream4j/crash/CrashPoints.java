package io.litestream4j.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Copies, before each step of the code under test, what a crash at that moment would leave. The run itself goes on, so one
 * run has all of its crashes. Steps happen one after the other; so does whatever {@link #atomically} runs.
 *
 * @param <K> what the test knows at a moment
 */
public final class CrashPoints<K> implements FileWatch {

    private final Path root;
    private final Path copies;
    private final int oneOf;
    private final int firstOf;
    private final Supplier<K> knowledge;
    private final Disk disk;
    private final List<CrashPoint<K>> points = new ArrayList<>();
    private int steps;
    private boolean watching;

    /**
     * @param root of everything that is watched
     * @param copies where copies go
     * @param oneOf of so many steps, one is copied; which, is chosen by the seed
     */
    public CrashPoints(Path root, Path copies, int oneOf, long seed, Supplier<K> knowledge) {
        this.root = root;
        this.copies = copies;
        this.oneOf = oneOf;
        this.firstOf = new Random(seed).nextInt(oneOf);
        this.knowledge = knowledge;
        this.disk = new Disk(root);
    }

    /** From now on steps count. */
    public synchronized void begin() {
        watching = true;
    }

    /** Ends with a crash after the last step. */
    public synchronized void end() throws IOException {
        moment("the end");
        watching = false;
    }

    @Override
    public synchronized <T> T step(FileStep step, Action<T> action) throws IOException {
        disk.expect(step);
        FileStep named = disk.named(step);
        copyBefore(named.toString(), named);
        T result = action.run();
        disk.done(step);
        return result;
    }

    /** A moment between steps, such as the one at which a storage has an object but nobody here knows yet. */
    public synchronized void moment(String name) throws IOException {
        copyBefore(name, null);
    }

    /** Runs something that a crash may precede or follow, but not meet. */
    public synchronized <T> T atomically(Callable<T> action) throws Exception {
        return action.call();
    }

    private void copyBefore(String name, FileStep step) throws IOException {
        if (!watching) {
            return;
        }
        steps++;
        if (steps % oneOf == firstOf) {
            Path copy = copies.resolve(String.valueOf(steps));
            copy(root, copy);
            points.add(new CrashPoint<>(steps, name, step, copy, disk.state(), knowledge.get()));
        }
    }

    /** Steps that were counted. */
    public synchronized int steps() {
        return steps;
    }

    public synchronized List<CrashPoint<K>> points() {
        return List.copyOf(points);
    }

    /**
     * Copies by another process: this one must not open the database's file. The WAL first: what a checkpoint moves
     * meanwhile is in it.
     */
    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (int attempt = 0; ; attempt++) {
            List<String> command = new ArrayList<>(List.of("cp", "-a", "--parents"));
            command.addAll(walsFirst(from));
            command.add(to.toString());
            Process process = new ProcessBuilder(command)
                    .directory(from.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            try {
                if (process.waitFor() == 0) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
            if (attempt == 3) {
                throw new IOException(output);
            }
        }
    }

    private static List<String> walsFirst(Path from) throws IOException {
        List<String> wals = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (Path folder : entriesOf(from)) {
            List<Path> entries = entriesOf(folder);
            if (entries.isEmpty()) {
                others.add(from.relativize(folder).toString());
            }
            for (Path entry : entries) {
                (entry.toString().endsWith("-wal") ? wals : others)
                        .add(from.relativize(entry).toString());
            }
        }
        wals.addAll(others);
        return wals;
    }

    private static List<Path> entriesOf(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }
}
