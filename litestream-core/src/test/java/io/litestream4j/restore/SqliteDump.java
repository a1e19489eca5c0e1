package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** The text that {@code sqlite3 file .dump} prints, as a checksum: what the fixtures' writer noted. */
final class SqliteDump {

    private SqliteDump() {}

    static String sha256(Path database) throws IOException {
        Process process = new ProcessBuilder("sqlite3", "-readonly", "file:" + database + "?immutable=1", ".dump")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        byte[] text = process.getInputStream().readAllBytes();
        try {
            assertThat(process.waitFor()).as("exit code of sqlite3").isZero();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (InterruptedException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Skips the test where the command line isn't installed, unless binaries are required. */
    static void assumeAvailable() {
        boolean available = Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "sqlite3")));
        if (Boolean.getBoolean("litestream.test.requireBinary")) {
            assertThat(available).as("sqlite3 on PATH").isTrue();
        }
        assumeTrue(available, "sqlite3 is not on PATH");
    }
}
