package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot of many parts goes through a process whose heap could never hold it. */
class SmallHeapTest {

    private static final Generation A = Generation.parse("00000000000000aa");
    private static final int CHUNK = 1 << 20;
    private static final int CHUNKS = 150;

    @TempDir
    Path folder;

    @Test
    void largeObjectsNeedThreeBuffers() throws Exception {
        try (S3Server server = S3Server.start(folder.resolve("store"))) {
            Path log = folder.resolve("child.log");
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx48m",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            SmallHeapTest.class.getName(),
                            server.endpoint().toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertThat(child.waitFor())
                    .as(Files.readString(log, StandardCharsets.UTF_8))
                    .isZero();
        }
    }

    /** Stores, compares and reads one object. */
    public static void main(String[] arguments) throws IOException {
        try (S3ReplicaClient client = S3ReplicaClient.builder(
                        S3Server.client(URI.create(arguments[0])), S3Server.location("app"))
                .closesClient(true)
                .build()) {
            long expected = (long) CHUNK * CHUNKS;
            for (int round = 0; round < 2; round++) {
                long size = client.writeSnapshot(A, 0, out -> {
                            Random random = new Random(1);
                            byte[] chunk = new byte[CHUNK];
                            for (int i = 0; i < CHUNKS; i++) {
                                random.nextBytes(chunk);
                                out.write(chunk);
                            }
                        })
                        .size();
                require(size == expected);
            }
            try (InputStream in = client.openSnapshot(A, 0)) {
                Random random = new Random(1);
                byte[] chunk = new byte[CHUNK];
                for (int i = 0; i < CHUNKS; i++) {
                    random.nextBytes(chunk);
                    require(Arrays.equals(in.readNBytes(CHUNK), chunk));
                }
                require(in.read() < 0);
            }
        }
    }

    private static void require(boolean right) {
        if (!right) {
            throw new AssertionError("not what was written");
        }
    }
}
