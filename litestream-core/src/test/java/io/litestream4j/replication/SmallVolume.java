package io.litestream4j.replication;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A volume of its own, in memory, that can be filled to the last byte. */
final class SmallVolume implements AutoCloseable {

    private final Path root;
    private final Path ballast;

    private SmallVolume(Path root) {
        this.root = root;
        this.ballast = root.resolve("ballast");
    }

    /** Mounts it; skips the test where that isn't allowed. */
    static SmallVolume mount(Path root, int megabytes) throws Exception {
        Outside.assumeRoot();
        Outside.assumeCommand("mount");
        Files.createDirectories(root);
        try {
            Outside.run("mount", "-t", "tmpfs", "-o", "mode=0700,size=" + megabytes + "m", "tmpfs", root.toString());
        } catch (IOException e) {
            assumeTrue(false, "needs the right to mount: " + e.getMessage());
        }
        return new SmallVolume(root);
    }

    Path root() {
        return root;
    }

    /** Leaves no byte free. */
    void fill() throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (root.toFile().getUsableSpace() > 0) {
                out.write(block);
            }
        } catch (IOException e) {
            System.out.println("filled: " + e.getMessage());
        }
    }

    void free() throws IOException {
        Files.delete(ballast);
    }

    void resize(int megabytes) throws Exception {
        Outside.run("mount", "-o", "remount,size=" + megabytes + "m", root.toString());
    }

    /** Files on it, but for what fills it. */
    long files() throws IOException {
        try (var all = Files.walk(root)) {
            return all.filter(file -> Files.isRegularFile(file) && !file.equals(ballast))
                    .count();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Outside.run("umount", "-l", root.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
