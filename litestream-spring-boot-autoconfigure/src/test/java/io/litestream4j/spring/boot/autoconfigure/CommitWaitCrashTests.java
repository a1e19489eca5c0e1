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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/**
 * Fifty HTTP clients, a replica that takes 20 to 100 ms for each object, SIGKILL of the application, and its disk is
 * gone: database, WAL and the folder of the local state.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class CommitWaitCrashTests {

    private static final int CLIENTS = 50;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("litestream.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void everyNoteWhoseClientGotCreatedIsRestored() throws Exception {
        int rounds = Integer.getInteger("litestream.test.commitWaitRounds", 20);
        int sent = 0;
        int acknowledged = 0;
        int restored = 0;
        for (int round = 0; round < rounds; round++) {
            Path disk = Files.createDirectories(folder.resolve("round-" + round));
            WaitingApplication application = new WaitingApplication(disk);
            HttpClients clients = runAndKill(disk, 1 + random.nextInt(round % 2 == 0 ? 60 : 600));
            FileSystemUtils.deleteRecursively(disk.resolve("data"));

            List<String> notes = Sqlite.notesIn(application.folder, disk.resolve("restored"));
            Set<String> distinct = new HashSet<>(notes);
            String as = "round %d, seed %d".formatted(round, seed);
            assertThat(distinct).as(as).hasSize(notes.size()).containsAll(clients.acknowledged());
            assertThat(clients.sent()).as(as).containsAll(distinct);
            sent += clients.sent().size();
            acknowledged += clients.acknowledged().size();
            restored += notes.size();
            FileSystemUtils.deleteRecursively(disk);
        }
        System.out.printf(
                "commit.wait: %d kills with loss of the disk under %d HTTP clients, %d notes sent, %d acknowledged and all"
                        + " of them restored, %d restored that nobody was told of, none that nobody sent, seed %d%n",
                rounds, CLIENTS, sent, acknowledged, restored - acknowledged, seed);
    }

    /** Runs until so many notes are acknowledged, and the application is killed. */
    private static HttpClients runAndKill(Path disk, int enough) throws Exception {
        Process process = start(disk);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            // SIGKILL
            HttpClients clients = new HttpClients(port(out, disk), enough, process::destroyForcibly);
            clients.run(CLIENTS);
            return clients;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static int port(BufferedReader out, Path disk) throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith("port ")) {
            line = out.readLine();
        }
        assertThat(line).as(() -> "the application's port; " + log(disk)).isNotNull();
        return Integer.parseInt(line.substring("port ".length()));
    }

    private static String log(Path disk) {
        try {
            return Files.readString(disk.resolve("stderr.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static Process start(Path disk) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Dspring.docker.compose.enabled=false",
                "-Djava.io.tmpdir=" + disk));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(NotesProcess.class.getName());
        command.addAll(List.of(disk.toString(), "20", "100"));
        return new ProcessBuilder(command)
                .redirectError(disk.resolve("stderr.log").toFile())
                .start();
    }
}
