package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The {@code sqlite3} command line. */
final class SqliteShell {

    private SqliteShell() {}

    static boolean isAvailable() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "sqlite3")));
    }

    /** Skips the test without it, unless binaries are required. */
    static void assumeAvailable() {
        if (Boolean.getBoolean("litestream.test.requireBinary")) {
            assertThat(isAvailable()).as("sqlite3 on PATH").isTrue();
        }
        assumeTrue(isAvailable(), "sqlite3 is not on PATH");
    }

    /** Runs commands on a database, as a person does: opens, does it, closes. */
    static String run(Path database, String... commands) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sqlite3", "-bail", database.toString()));
        command.addAll(List.of(commands));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }

    /** All of a database as text; the database must be at rest. */
    static String dump(Path database) throws IOException, InterruptedException {
        return run(Path.of("file:" + database + "?immutable=1"), ".dump");
    }
}
