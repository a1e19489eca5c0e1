package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** {@code litestream.restore.mode=replace}: back to an earlier state, once. */
@ExtendWith(OutputCaptureExtension.class)
class ReplaceAtStartTests {

    private static final String REPLACE = "litestream.restore.mode=replace";

    @TempDir
    Path folder;

    private Path database;
    private Path replica;

    @BeforeEach
    void backUpAndGoOn() throws Exception {
        database = Files.createDirectories(folder.resolve("data")).resolve("app.db");
        replica = folder.resolve("replica");
        Sqlite.backUp(replica, folder.resolve("scratch"), "from the backup");
        Sqlite.create(database, "present");
    }

    private ApplicationContextRunner application() {
        return Runners.jdbc(database, replica);
    }

    @Test
    void replacedAtTheFirstStartAndNotAtTheSecond(CapturedOutput output) throws Exception {
        application().withPropertyValues(REPLACE).run(context -> {
            assertThat(context).hasNotFailed();
            context.getBean(JdbcTemplate.class).update("insert into note values ('since')");
        });
        assertThat(Sqlite.notes(keptAside().get(0))).containsExactly("present");

        application().withPropertyValues(REPLACE).run(context -> {
            assertThat(context).hasNotFailed();
            context.getBean(LitestreamRestorer.class).run(null);
            assertThat(context.getBean(JdbcTemplate.class).queryForList("select text from note", String.class))
                    .containsExactly("from the backup", "since");
        });
        assertThat(output).contains("was already carried out at ", "remove litestream.databases.main.restore.mode");
        assertThat(keptAside()).hasSize(1);
        assertThat(Sqlite.notesIn(replica, folder.resolve("scratch"))).containsExactly("from the backup", "since");
    }

    @Test
    void withoutABackupTheStartFailsAndTheDatabaseStays() {
        replica = folder.resolve("empty");
        Analyzed failure = failure();
        assertThat(failure.description()).contains(database.toString(), "there is none");
        assertThat(Sqlite.notes(database)).containsExactly("present");
    }

    @Test
    void unreachableReplicaFailsTheStartAndTheDatabaseStays() throws Exception {
        replica = Files.writeString(folder.resolve("file"), "a file in the place of the folder");
        Analyzed failure = failure();
        assertThat(failure.description()).contains("was not replaced", "is untouched", replica.toString());
        assertThat(failure.action()).contains("remove litestream.databases.main.restore.mode");
        assertThat(Sqlite.notes(database)).containsExactly("present");
    }

    @Test
    void databaseThatSomebodyUsesFailsTheStart() throws Exception {
        // outside of this class loader's pools: as another process would
        try (Connection user = DriverManager.getConnection("jdbc:sqlite:" + database)) {
            user.createStatement().executeQuery("select * from note").close();
            Analyzed failure = failure();
            assertThat(failure.description()).contains(database.toString());
        }
        assertThat(Sqlite.notes(database)).containsExactly("present");
        assertThat(keptAside()).isEmpty();
    }

    @Test
    void existingDatabaseWithATimestampSaysHowToGetIt(CapturedOutput output) {
        application()
                .withPropertyValues(
                        "litestream.restore.timestamp=2026-11-20T10:00:00Z", "litestream.lease.on-newer-backup=ignore")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output).contains("start once with litestream.databases.main.restore.mode=replace");
    }

    private Analyzed failure() {
        Analyzed[] analyzed = new Analyzed[1];
        application().withPropertyValues(REPLACE).run(context -> {
            assertThat(context).hasFailed();
            analyzed[0] = Analyzed.of(context.getStartupFailure());
        });
        return analyzed[0];
    }

    private List<Path> keptAside() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(database.getParent(), "app.db.replaced-*Z")) {
            entries.forEach(files::add);
        }
        return files;
    }
}
