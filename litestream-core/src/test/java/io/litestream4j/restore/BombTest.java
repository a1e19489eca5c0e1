package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.replica.Lz4Frames;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small objects that become large ones, in a process that has 64 MB for everything. */
class BombTest {

    private static final int LARGE = 160 << 20;

    @TempDir
    Path folder;

    @Test
    void nothingThatExpandsFillsTheHeap() throws Exception {
        Path log = folder.resolve("child.log");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        BombTest.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            boolean ended = child.waitFor(120, TimeUnit.SECONDS);
            String printed = Files.readString(log, StandardCharsets.UTF_8);
            assertThat(ended && child.exitValue() == 0).as(printed).isTrue();
            assertThat(printed).contains("3 bombs");
        } finally {
            child.destroyForcibly();
        }
    }

    /** Restores from each bomb. */
    public static void main(String[] arguments) throws Exception {
        SmallHistory history = SmallHistory.create(Path.of(arguments[0]).resolve("history"), SmallHistory.SMALL);
        byte[] database =
                DamageTest.decompressed(history.objects.replica().client().openSnapshot(history.generation, 0));
        byte[] wal = DamageTest.decompressed(new ByteArrayInputStream(history.objects.bytes(history.segments.get(0))));
        List<ObjectSet> bombs = List.of(
                history.objects.copy().put(history.segments.get(0), bomb(wal)),
                history.objects.copy().put(history.segments.get(0), bomb(new byte[0])),
                history.objects.copy().put(history.snapshots.get(0), bomb(Arrays.copyOf(database, 500))));
        for (ObjectSet bomb : bombs) {
            try {
                history.restore(bomb, OnDamage.FAIL);
                throw new AssertionError("a bomb was restored");
            } catch (CorruptBackupException e) {
                System.out.println(e.getMessage());
            }
        }
        System.out.println(bombs.size() + " bombs");
    }

    /** Begins with this, and goes on with nothing, for ever so long. */
    private static byte[] bomb(byte[] start) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] zeros = new byte[1 << 20];
        try (OutputStream out = Lz4Frames.compress(bytes)) {
            out.write(start);
            for (int i = 0; i < LARGE; i += zeros.length) {
                out.write(zeros);
            }
        }
        return bytes.toByteArray();
    }
}
