package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.litestream4j.LitestreamException;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real Litestream 0.3.13, from the path that the environment names. */
final class LitestreamBinary {

    private LitestreamBinary() {}

    /** Skips the test without it, unless binaries are required. */
    static void assumeAvailable() {
        boolean available = System.getenv("LITESTREAM_BIN") != null;
        if (Boolean.getBoolean("litestream.test.requireBinary")) {
            assertThat(available).as("LITESTREAM_BIN is set").isTrue();
        }
        assumeTrue(available, "LITESTREAM_BIN is not set");
    }

    static void restore(Path replica, Path target) throws IOException, InterruptedException {
        run("restore", "-o", target.toString(), "file://" + replica);
    }

    /** Restores a database that a configuration names. */
    static void restore(Path config, Path db, Path target) throws IOException, InterruptedException {
        run("restore", "-config", config.toString(), "-o", target.toString(), db.toString());
    }

    private static void run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getenv("LITESTREAM_BIN")));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /** Begins to replicate. */
    static Running replicate(Path db, Path replica, Path folder) throws IOException {
        Path config = folder.resolve("litestream.yml");
        Files.writeString(config, """
                dbs:
                  - path: %s
                    monitor-interval: 20ms
                    min-checkpoint-page-count: 20
                    replicas:
                      - type: file
                        path: %s
                        sync-interval: 20ms
                """.formatted(db, replica));
        return replicate(config, folder);
    }

    /** Begins to replicate what a configuration names. */
    static Running replicate(Path config, Path folder) throws IOException {
        return new Running(
                new ProcessBuilder(System.getenv("LITESTREAM_BIN"), "replicate", "-config", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                folder.resolve("litestream.log").toFile()))
                        .start());
    }

    /**
     * Waits until a replica holds everything that one writer wrote. Before that an interrupt can make Litestream hang: its
     * monitor and its end then sync at the same time, and wait for each other.
     */
    static void awaitShipped(Replica replica, Path scratch, long seq) throws Exception {
        Await.until("litestream has shipped everything", () -> {
            Files.deleteIfExists(scratch);
            try {
                new Restorer()
                        .restore(RestoreRequest.to(scratch)
                                .from(List.of(replica))
                                .build());
            } catch (LitestreamException e) {
                return false; // an index that is being written
            }
            return Entries.check(scratch)[0] >= seq;
        });
    }

    /** A Litestream that replicates; killed when closed, if it isn't interrupted before. */
    static final class Running implements AutoCloseable {

        private final Process process;

        Running(Process process) {
            this.process = process;
        }

        /** As Ctrl-C does: it ships what is left and ends. */
        void interrupt() throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
            assertThat(kill.waitFor()).isZero();
            assertThat(process.waitFor(30, TimeUnit.SECONDS))
                    .as("litestream ends after SIGINT")
                    .isTrue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
