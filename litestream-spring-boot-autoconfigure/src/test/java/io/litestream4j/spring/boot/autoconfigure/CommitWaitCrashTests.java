package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** Fifty clients, a replica that takes 100 ms for each object, SIGKILL, and the disk is gone. */
class CommitWaitCrashTests {

    private static final int CLIENTS = 50;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("litestream.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void everyAcknowledgedNoteIsInTheReplica() throws Exception {
        int rounds = Integer.getInteger("litestream.test.commitWaitRounds", 20);
        int acknowledged = 0;
        int beyond = 0;
        for (int round = 0; round < rounds; round++) {
            Path disk = Files.createDirectories(folder.resolve("round-" + round));
            WaitingApplication application = new WaitingApplication(disk);
            List<String> acks = runAndKill(disk, 1 + random.nextInt(round % 2 == 0 ? 60 : 600));
            FileSystemUtils.deleteRecursively(disk.resolve("data"));

            List<String> notes = Sqlite.notesIn(application.folder, disk.resolve("restored"));
            Set<String> restored = new HashSet<>(notes);
            assertThat(restored)
                    .as("round %d, seed %d", round, seed)
                    .hasSize(notes.size())
                    .containsAll(acks);
            acknowledged += acks.size();
            beyond += notes.size() - acks.size();
            FileSystemUtils.deleteRecursively(disk);
        }
        System.out.printf(
                "commit.wait: %d kills with loss of the disk, %d acknowledged notes all restored, %d more that nobody"
                        + " was told of, seed %d%n",
                rounds, acknowledged, beyond, seed);
    }

    /** Runs until so many notes are acknowledged; what was acknowledged until the very end. */
    private static List<String> runAndKill(Path disk, int enough) throws IOException, InterruptedException {
        Process process = start(disk);
        List<String> acks = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = out.readLine()) != null) {
                if (line.startsWith("ack ") && line.endsWith(";")) {
                    acks.add(line.substring(4, line.length() - 1));
                    if (acks.size() == enough) {
                        // SIGKILL, but by the handle: Process would close the stream with the last lines in it
                        process.toHandle().destroyForcibly();
                    }
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(acks).as("acknowledged; see the log in %s", disk).hasSizeGreaterThanOrEqualTo(enough);
        return acks;
    }

    private static Process start(Path disk) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Djava.io.tmpdir=" + disk));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(NotesProcess.class.getName());
        command.addAll(List.of(disk.toString(), String.valueOf(CLIENTS), "100"));
        return new ProcessBuilder(command)
                .redirectError(disk.resolve("stderr.log").toFile())
                .start();
    }
}
