package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications that end by themselves, as processes: what they leave, log, and say to whoever started them. */
class ExitStatusTests {

    @TempDir
    Path folder;

    private Path database;
    private Path replica;

    @BeforeEach
    void paths() throws IOException {
        database = Files.createDirectories(folder.resolve("data")).resolve("app.db");
        replica = folder.resolve("replica");
    }

    /** How a process ended. */
    private record Ended(int status, String log) {}

    @Test
    void onceReplicatesEverythingAndEndsInSpiteOfItsWebServer() throws Exception {
        Ended ended = run("--litestream.mode=once");

        assertThat(ended.log()).contains("Tomcat started").contains("everything is replicated");
        assertThat(ended.status()).isZero();
        assertThat(notesInReplica()).containsExactly("by the runner", "last words");
    }

    @Test
    void onceDeletesTheDatabaseThatTheReplicaHolds() throws Exception {
        Ended ended = run("--litestream.mode=once", "--litestream.once-delete-database=true");

        assertThat(ended.log()).contains("is deleted: ");
        assertThat(ended.status()).isZero();
        assertThat(filesBeside()).isEmpty();

        // the next run begins where this one ended
        assertThat(run("--litestream.mode=once", "--litestream.once-delete-database=true")
                        .status())
                .isZero();
        assertThat(notesInReplica()).containsExactly("by the runner", "last words", "by the runner", "last words");
    }

    @Test
    void onceWithAReplicaThatDoesNotAnswerEndsWithOneAndKeepsTheDatabase() throws Exception {
        Sqlite.create(database, "local");
        Files.writeString(replica, "a file in the place of the folder");

        Ended ended = run(
                "--litestream.mode=once",
                "--litestream.once-timeout=500ms",
                "--litestream.shutdown-timeout=200ms",
                "--litestream.once-delete-database=true");

        assertThat(ended.log()).contains("is not on every replica after litestream.once-timeout");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(Sqlite.notes(database)).startsWith("local");
    }

    @Test
    void onceWithNothingToReplicateEndsWithOne() throws Exception {
        Ended ended = start("--spring.datasource.url=jdbc:sqlite:" + database, "--litestream.mode=once");

        assertThat(ended.log()).contains("no database has a replica");
        assertThat(ended.status()).isEqualTo(1);
    }

    @Test
    void restoreOnlyEndsBeforeAnythingElseTouchesTheDatabase() throws Exception {
        Sqlite.backUp(replica, folder.resolve("scratch"), "from the backup");

        Ended ended = run("--litestream.mode=restore-only");

        assertThat(ended.status()).isZero();
        assertThat(ended.log()).contains("was missing, restored from").doesNotContain("Tomcat started");
        assertThat(Sqlite.notes(database)).containsExactly("from the backup");
    }

    @Test
    void restoreOnlyWithoutABackupEndsWithOne() throws Exception {
        Ended ended = run("--litestream.mode=restore-only");

        assertThat(ended.log()).contains("there is none");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(database).doesNotExist();
    }

    @Test
    void restoreOnlyWithADamagedBackupEndsWithOne() throws Exception {
        Sqlite.backUp(replica, folder.resolve("scratch"), "from the backup");
        damageTheSnapshot();

        Ended ended = run("--litestream.mode=restore-only");

        assertThat(ended.log()).contains("The backup of " + database + " is damaged");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(database).doesNotExist();
    }

    @Test
    void dryRunShowsThePlanAndTheWindowAndLeavesNothing() throws Exception {
        Sqlite.backUp(replica, folder.resolve("scratch"), "from the backup");

        Ended ended = run("--litestream.mode=restore-only", "--litestream.restore.dry-run=true");

        assertThat(ended.status()).isZero();
        assertThat(ended.log())
                .contains(
                        "would be restored by this plan: from replica file",
                        "00000000.snapshot.lz4  ",
                        " bytes to read")
                .contains("what can be restored:", " of replica file: from ");
        assertThat(filesBeside()).isEmpty();
    }

    private Ended run(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("--spring.datasource.url=jdbc:sqlite:" + database, "--litestream.replica-url=" + replica));
        arguments.addAll(List.of(more));
        return start(arguments.toArray(String[]::new));
    }

    private Ended start(String... arguments) throws Exception {
        Path log = folder.resolve("log.txt");
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                EndingApplication.class.getName(),
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--spring.docker.compose.enabled=false"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("it ends by itself")
                    .isTrue();
            return new Ended(process.exitValue(), Files.readString(log));
        } finally {
            process.destroyForcibly();
        }
    }

    private List<String> notesInReplica() throws Exception {
        return Sqlite.notesIn(replica, folder.resolve("scratch"));
    }

    private List<String> filesBeside() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(database.getParent(), "app*")) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    private void damageTheSnapshot() throws IOException {
        try (var files = Files.walk(replica)) {
            Path snapshot = files.filter(file -> file.toString().endsWith(".snapshot.lz4"))
                    .findFirst()
                    .orElseThrow();
            Files.write(snapshot, new byte[(int) Files.size(snapshot)]);
        }
    }
}
