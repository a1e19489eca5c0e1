package io.litestream4j.replication;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process holds.
 *
 * @param descriptors descriptors of files below a folder
 * @param threads threads of the engine
 */
record ProcessResources(long descriptors, long threads) {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    static ProcessResources of(Path folder) throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS), "needs /proc/self/fd");
        long descriptors = 0;
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            for (Path descriptor : (Iterable<Path>) all::iterator) {
                descriptors += isBelow(descriptor, folder) ? 1 : 0;
            }
        }
        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("litestream-"))
                .count();
        return new ProcessResources(descriptors, threads);
    }

    private static boolean isBelow(Path descriptor, Path folder) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(folder);
        } catch (NoSuchFileException e) {
            return false; // closed meanwhile
        }
    }
}
