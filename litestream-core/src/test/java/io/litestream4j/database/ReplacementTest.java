package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.DatabaseAccessException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A database is replaced whole or not at all, whatever happens, and never twice for one request. */
class ReplacementTest {

    private static final String ASIDE = "app.db.replaced-20261121T101500Z";

    @TempDir
    Path folder;

    private Path database;
    private Path restored;

    @BeforeEach
    void create() throws SQLException {
        database = folder.resolve("app.db");
        restored = folder.resolve("restored");
        run(database, "pragma journal_mode=wal", "create table note(text)", "insert into note values('old')");
        run(restored, "create table note(text)", "insert into note values('new')");
    }

    @Test
    void presentDatabaseIsKeptAsideAndTheNewOneTakesItsNameAndMode() throws Exception {
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-rw----"));

        replace();

        assertThat(notes(database)).containsExactly("new");
        assertThat(notes(folder.resolve(ASIDE))).containsExactly("old");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(database)))
                .isEqualTo("rw-rw----");
        assertThat(DatabaseClaim.lastReplacement(database, null))
                .isEqualTo(new ReplacementRecord("newest", ReplacingProcess.NOW, ASIDE));
        assertThat(KeptAside.exists(folder.resolve(".app.db-litestream/replacing")))
                .isFalse();
    }

    @Test
    void secondReplacementInTheSameSecondKeepsBoth() throws Exception {
        replace();
        replace();

        assertThat(notes(folder.resolve(ASIDE))).containsExactly("old");
        assertThat(notes(folder.resolve(ASIDE + "-2"))).containsExactly("new");
    }

    @Test
    void damagedDatabaseIsKeptTogetherWithItsWal() throws Exception {
        Files.writeString(database, "no database at all");
        Files.writeString(Path.of(database + "-wal"), "its wal");
        Files.writeString(Path.of(database + "-journal"), "its journal");

        replace();

        assertThat(notes(database)).containsExactly("new");
        assertThat(folder.resolve(ASIDE)).hasContent("no database at all");
        assertThat(folder.resolve(ASIDE + "-wal")).hasContent("its wal");
        assertThat(folder.resolve(ASIDE + "-journal")).hasContent("its journal");
        assertThat(besideDatabase()).doesNotContain("app.db-wal", "app.db-journal");
    }

    @Test
    void committedTransactionsInAWalThatAKilledWriterLeftAreInWhatIsKept() throws Exception {
        leaveAWal("only in the wal");

        replace();

        assertThat(notes(database)).containsExactly("new");
        assertThat(notes(folder.resolve(ASIDE))).containsExactly("old", "only in the wal");
    }

    @Test
    void databaseThatAConnectionOfThisProcessUsesIsLeftAlone() throws Exception {
        try (Connection user = DriverManager.getConnection("jdbc:sqlite:" + database)) {
            run(user, "select count(*) from note");

            assertThatThrownBy(this::replace)
                    .isInstanceOf(DatabaseAccessException.class)
                    .hasMessageContaining("in use");

            run(user, "insert into note values('still working')");
        }
        assertThat(notes(database)).containsExactly("old", "still working");
        assertThat(besideDatabase()).containsExactlyInAnyOrder("app.db", ".app.db-litestream");
        assertThat(DatabaseClaim.lastReplacement(database, null)).isNull();
    }

    @Test
    void staleWalBesideAMissingDatabaseIsNotReplayedIntoTheNewOne() throws Exception {
        Files.delete(database);
        Files.writeString(Path.of(database + "-wal"), "stale");

        replace();

        assertThat(notes(database)).containsExactly("new");
        assertThat(folder.resolve(ASIDE + "-wal")).hasContent("stale");
    }

    @Test
    void claimIsRefusedWhileAnotherHasIt() throws Exception {
        try (DatabaseClaim claim = DatabaseClaim.tryTake(database, null)) {
            assertThat(claim).isNotNull();
            assertThat(DatabaseClaim.tryTake(database, null)).isNull();
            assertThat(new SourceDatabaseOpener(database, null, Duration.ofSeconds(1)).open())
                    .isNull();
        }
    }

    @Test
    void renameThatFailsPutsEverythingBack() throws Exception {
        Files.writeString(database, "no database at all");
        Files.writeString(Path.of(database + "-wal"), "its wal");
        // nothing at the place of the new database: its rename can't succeed
        try (DatabaseClaim claim = DatabaseClaim.tryTake(database, null)) {
            assertThatThrownBy(() -> claim.replace("newest", ReplacingProcess.NOW))
                    .isInstanceOf(IOException.class);
        }
        assertThat(database).hasContent("no database at all");
        assertThat(Path.of(database + "-wal")).hasContent("its wal");
        assertThat(besideDatabase()).containsExactlyInAnyOrder("app.db", "app.db-wal", ".app.db-litestream");
    }

    @Test
    void databaseThatSomebodyCreatedDuringAnInterruptedReplacementIsNotOverwritten() throws Exception {
        Files.writeString(database, "no database at all");
        killAfter(Replacement.Step.KEPT);
        Files.delete(database);
        run(database, "create table note(text)", "insert into note values('somebody else')");

        assertThatThrownBy(() -> DatabaseClaim.tryTake(database, null)).hasMessageContaining("somebody created");
        assertThat(notes(database)).containsExactly("somebody else");
    }

    @ParameterizedTest
    @EnumSource(Replacement.Step.class)
    void killedWithAHealthyDatabaseTheNextStartHasTheOldOrTheNewOne(Replacement.Step step) throws Exception {
        leaveAWal("in the wal");

        killAfter(step);
        // even for somebody who knows nothing of all this there is a database
        assertThat(Files.size(database)).isPositive();
        recover();

        boolean published = step == Replacement.Step.PUBLISHED;
        if (published) {
            assertThat(notes(database)).containsExactly("new");
            assertThat(notes(folder.resolve(ASIDE))).containsExactly("old", "in the wal");
        } else {
            assertThat(notes(database)).containsExactly("old", "in the wal");
        }
        List<String> beside = besideDatabase();
        if (step == Replacement.Step.UNUSED) {
            // a second name of the WAL that is in the database by now
            assertThat(beside.remove(ASIDE + "-wal.held")).isTrue();
        }
        assertThat(beside)
                .containsExactlyInAnyOrderElementsOf(
                        published
                                ? List.of("app.db", ASIDE, ".app.db-litestream")
                                : List.of("app.db", ".app.db-litestream"));
        assertThat(DatabaseClaim.lastReplacement(database, null) != null).isEqualTo(published);
    }

    @ParameterizedTest
    @EnumSource(Replacement.Step.class)
    void killedWithADamagedDatabaseTheNextStartHasTheWholeOldSetOrTheNewOneAlone(Replacement.Step step)
            throws Exception {
        Files.writeString(database, "no database at all");
        Files.writeString(Path.of(database + "-wal"), "its wal");

        killAfter(step);
        recover();

        if (step == Replacement.Step.PUBLISHED) {
            assertThat(notes(database)).containsExactly("new");
            assertThat(folder.resolve(ASIDE + "-wal")).hasContent("its wal");
            assertThat(besideDatabase()).doesNotContain("app.db-wal");
        } else {
            assertThat(database).hasContent("no database at all");
            // between SQLite's look at the damaged database and the moves, SQLite has deleted what it takes for no WAL
            Path wal =
                    step == Replacement.Step.UNUSED ? folder.resolve(ASIDE + "-wal.held") : Path.of(database + "-wal");
            assertThat(wal).hasContent("its wal");
            assertThat(besideDatabase())
                    .containsExactlyInAnyOrder("app.db", wal.getFileName().toString(), ".app.db-litestream");
        }
        assertThat(database.resolveSibling("app.db.replacement")).doesNotExist();
    }

    @ParameterizedTest(name = "{index}")
    @ValueSource(strings = {"..", ".", "", " ", "../x", "/etc/x", "x\\\\y", "x\\u0000y", "x\\r\\ny"})
    void recordThatNamesWhatIsNotBesideTheDatabaseIsNone(String aside) throws Exception {
        Path record = folder.resolve("record");
        Files.writeString(record, "request=newest\nat=2026-03-01T12\\:00\\:00Z\naside=" + aside + "\n");
        assertThatThrownBy(() -> ReplacementRecord.read(record))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected the record");
    }

    @Test
    void killedBeforeTheJournalNothingOfTheNewDatabaseIsLeft() throws Exception {
        Files.writeString(folder.resolve("app.db.replacement"), "restored");
        Files.writeString(folder.resolve("app.db.replacement.restore.0123456789abcdef.tmp"), "half");
        Files.writeString(folder.resolve("app.db.replacement.restore.0123456789abcdef.spill.tmp"), "half");

        recover();

        assertThat(besideDatabase()).containsExactlyInAnyOrder("app.db", ".app.db-litestream");
        assertThat(notes(database)).containsExactly("old");
    }

    @Test
    void killedWhileTheJournalWasWrittenItsTemporaryFileGoesWithTheNextClaim() throws Exception {
        Path half =
                Files.createDirectories(folder.resolve(".app.db-litestream")).resolve("replacing.0123456789abcdef.tmp");
        Files.writeString(half, "requ");

        recover();

        assertThat(half).doesNotExist();
    }

    @Test
    void killedBetweenItsTwoNamesTheRestoredDatabaseKeepsOnlyItsOwn() throws Exception {
        Path second = folder.resolve("app.db.restore.0123456789abcdef.tmp");
        Files.createLink(second, database);
        Path another = folder.resolve("app.db.restore.fedcba9876543210.tmp");
        Files.writeString(another, "of a restore that may still run");

        recover();

        assertThat(second).doesNotExist();
        assertThat(another).exists();
        assertThat(notes(database)).containsExactly("old");
    }

    @Test
    void walUnderBothNamesAfterAPowerFailureIsPutBack() throws Exception {
        Files.writeString(database, "no database at all");
        Path wal = Files.writeString(Path.of(database + "-wal"), "its wal");
        Path aside = folder.resolve(ASIDE + "-wal");
        // SQLite had deleted the first name, which wasn't durable; the second one was
        Files.createLink(aside, wal);
        MetaDirectory meta = MetaDirectory.of(database, null);
        meta.create();
        new ReplacementRecord("newest", ReplacingProcess.NOW, ASIDE).write(meta.replacing());

        recover();

        assertThat(wal).hasContent("its wal");
        assertThat(aside).doesNotExist();
    }

    @Test
    void linkToTheWalWhoseDeletionThePowerFailureTookBackGoes() throws Exception {
        Files.writeString(database, "no database at all");
        Path aside = Files.writeString(folder.resolve(ASIDE + "-wal"), "its wal");
        Path held = folder.resolve(ASIDE + "-wal.held");
        Files.createLink(held, aside);
        MetaDirectory meta = MetaDirectory.of(database, null);
        meta.create();
        new ReplacementRecord("newest", ReplacingProcess.NOW, ASIDE).write(meta.replacing());

        recover();

        assertThat(Path.of(database + "-wal")).hasContent("its wal");
        assertThat(held).doesNotExist();
    }

    @Test
    void engineThatOpensAfterAKillRecoversToo() throws Exception {
        killAfter(Replacement.Step.PUBLISHED);

        try (SourceDatabase open = new SourceDatabaseOpener(database, null, Duration.ofSeconds(1)).open()) {
            assertThat(open).isNotNull();
            assertThat(open.position()).as("no generation goes on").isNull();
        }
        assertThat(DatabaseClaim.lastReplacement(database, null)).isNotNull();
    }

    private void replace() throws IOException {
        try (DatabaseClaim claim = DatabaseClaim.tryTake(database, null)) {
            Files.copy(restored, claim.replacementFile());
            claim.replace("newest", ReplacingProcess.NOW);
        }
    }

    private void recover() throws IOException {
        try (DatabaseClaim claim = DatabaseClaim.tryTake(database, null)) {
            assertThat(claim).as("the dead process holds no lock").isNotNull();
        }
    }

    /** A WAL with a commit that no checkpoint has moved, as a killed process leaves it. */
    private void leaveAWal(String note) throws SQLException, IOException {
        Path copy = folder.resolve("copy");
        try (Connection writer = DriverManager.getConnection("jdbc:sqlite:" + database)) {
            run(writer, "pragma wal_autocheckpoint=0", "insert into note values('" + note + "')");
            Files.copy(database, copy);
            Files.copy(Path.of(database + "-wal"), Path.of(copy + "-wal"));
        }
        Files.move(copy, database, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.move(Path.of(copy + "-wal"), Path.of(database + "-wal"));
    }

    private void killAfter(Replacement.Step step) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.sqlite.tmpdir=" + Files.createDirectories(folder.resolve("tmp")),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ReplacingProcess.class.getName(),
                        database.toString(),
                        restored.toString(),
                        step.name())
                .redirectError(folder.resolve("tmp").resolve("child.log").toFile())
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.equals("stopped")) {
                line = out.readLine();
            }
            assertThat(line)
                    .as(() -> "log: " + Files.exists(folder.resolve("tmp/child.log")))
                    .isEqualTo("stopped");
            assertThat(DatabaseClaim.tryTake(database, null))
                    .as("while the other process lives, it alone has the claim")
                    .isNull();
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private List<String> besideDatabase() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        }
        names.removeAll(List.of("restored", "tmp"));
        return names;
    }

    private static void run(Path file, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            run(connection, statements);
        }
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static List<String> notes(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select text from note order by rowid")) {
            List<String> notes = new ArrayList<>();
            while (rows.next()) {
                notes.add(rows.getString(1));
            }
            return notes;
        }
    }
}
