package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.UnsafeSqliteVersionException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** What a person reads when the start fails: the key, the value, the remedy. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

    @TempDir
    Path folder;

    private Path database;
    private Path replica;

    @BeforeEach
    void paths() {
        database = folder.resolve("data/app.db");
        replica = folder.resolve("replica");
    }

    private Analyzed failureOf(ApplicationContextRunner runner) {
        Analyzed[] analyzed = new Analyzed[1];
        runner.run(context -> {
            assertThat(context).hasFailed();
            analyzed[0] = Analyzed.of(context.getStartupFailure());
        });
        return analyzed[0];
    }

    @Test
    void noBackupWhereOneIsRequired() {
        Analyzed failure = failureOf(
                Runners.jdbc(database, replica).withPropertyValues("litestream.restore.fail-if-no-backup=true"));
        assertThat(failure.description()).contains(database.toString(), replica.toString(), "there is none");
        assertThat(failure.action()).contains("litestream.databases.main.restore.fail-if-no-backup=false");
        assertThat(database).doesNotExist();
    }

    @Test
    void noBackupOfTheGenerationThatIsAskedFor() {
        Analyzed failure = failureOf(
                Runners.jdbc(database, replica).withPropertyValues("litestream.restore.generation=0123456789abcdef"));
        assertThat(failure.description()).contains("there is none");
        assertThat(failure.action()).contains("restore.generation");
    }

    @Test
    void replicaThatCannotBeAskedWhileTheDatabaseIsMissing() throws Exception {
        Files.writeString(replica, "a file");
        Analyzed failure = failureOf(
                Runners.jdbc(database, replica).withPropertyValues("litestream.restore.fail-if-no-backup=false"));
        assertThat(failure.description()).contains(database.toString(), "is not known", replica.toString());
        assertThat(failure.action()).contains("litestream.replica-url", "restore.mode=never");
        assertThat(database).doesNotExist();
    }

    @Test
    void replicaBelowAFile() throws Exception {
        Files.writeString(folder.resolve("file"), "a file");
        Analyzed failure = failureOf(Runners.jdbc(database, folder.resolve("file/replica")));
        assertThat(failure.description()).contains("is not known");
    }

    @Test
    void targetThatIsNotSqlite() throws Exception {
        Files.createDirectories(database.getParent());
        Files.writeString(database, "certainly not a database ".repeat(100));
        Analyzed failure = failureOf(Runners.jdbc(database, replica));
        assertThat(failure.description())
                .contains(database.toString(), "not a SQLite database", "spring.datasource.url");
        assertThat(failure.action()).contains("spring.datasource.url");
        assertThat(Files.readString(database)).startsWith("certainly not");
    }

    @Test
    void targetThatIsAFolder() throws Exception {
        Files.createDirectories(database);
        Analyzed failure = failureOf(Runners.jdbc(database, replica));
        assertThat(failure.description()).contains("spring.datasource.url", database.toString(), "is a folder");
    }

    @Test
    void targetThatCannotBeWritten() throws Exception {
        Files.writeString(folder.resolve("data"), "a file where the folder should be");
        Analyzed failure = failureOf(Runners.jdbc(database, replica));
        assertThat(failure.description()).contains(database.toString(), "can't be written");
        assertThat(failure.action()).contains("spring.datasource.url");
    }

    @Test
    void twoDatabasesOnOneReplicaPath() {
        Analyzed failure = failureOf(Runners.jdbc(database, replica)
                .withPropertyValues(
                        "litestream.databases.other.path=" + folder.resolve("other.db"),
                        "litestream.databases.other.replicas.copy.url=file://" + replica + "/../replica"));
        assertThat(failure.description())
                .contains("litestream.databases.other.replicas.copy.url", "litestream.replica-url", replica.toString());
    }

    @Test
    void oneFileForTwoDatabases() {
        Analyzed failure = failureOf(Runners.jdbc(database, replica)
                .withPropertyValues(
                        "litestream.databases.other.path=" + database,
                        "litestream.databases.other.replicas.copy.url=" + folder.resolve("copy")));
        assertThat(failure.description()).contains("litestream.databases.other.path", database.toString());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "journal_mode=DELETE, journal_mode=delete",
        "locking_mode=EXCLUSIVE, locking_mode=EXCLUSIVE",
        "open_mode=1, open_mode=1",
        "immutable=1, immutable=1",
        "mode=ro, mode=ro"
    })
    void urlThatMakesReplicationImpossible(String parameter, String named) {
        Analyzed failure = failureOf(Runners.jdbc(database, replica)
                .withPropertyValues("spring.datasource.url=jdbc:sqlite:file:" + database + "?" + parameter));
        assertThat(failure.description()).contains("spring.datasource.url", database.toString(), named);
        assertThat(failure.action()).contains("Remove ", "litestream.enabled=false");
    }

    @Test
    void poolParameterThatMakesReplicationImpossible() {
        Analyzed failure = failureOf(Runners.jdbc(database, replica)
                .withPropertyValues("spring.datasource.hikari.data-source-properties.locking_mode=EXCLUSIVE"));
        assertThat(failure.description()).contains("locking_mode=EXCLUSIVE");
    }

    @Test
    void dataSourceOfTheApplicationThatMakesReplicationImpossible() {
        Analyzed failure = failureOf(Runners.jdbc(database, replica).withUserConfiguration(ReadOnlyDataSource.class));
        assertThat(failure.description()).contains("The DataSource \"readOnly\"", "open_mode=");
    }

    @Test
    void databaseWithoutAFile() {
        Analyzed failure = failureOf(new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LitestreamAutoConfiguration.class))
                .withPropertyValues("litestream.replica-url=" + replica));
        assertThat(failure.description()).contains("\"main\"", "spring.datasource.url");
        assertThat(failure.action()).contains("litestream.databases.main.path");
    }

    @Test
    void databaseInMemory() {
        Analyzed failure = failureOf(
                Runners.jdbc(database, replica).withPropertyValues("spring.datasource.url=jdbc:sqlite::memory:"));
        assertThat(failure.description()).contains("spring.datasource.url", "jdbc:sqlite::memory:");
    }

    @Test
    void unsafeSqliteVersion() {
        LitestreamStartException failure =
                StartFailures.of(TestSetups.of(database, replica), new UnsafeSqliteVersionException("3.45.0"));
        assertThat(failure.description()).contains("SQLite 3.45.0");
        assertThat(failure.action()).contains("org.xerial:sqlite-jdbc", "litestream.enabled=false");
    }

    @Test
    void damagedBackup() {
        LitestreamStartException failure = StartFailures.damaged(
                TestSetups.of(database, replica), new CorruptBackupException("generations/x", "checksum differs"));
        assertThat(failure.description()).contains(database.toString(), "generations/x", "checksum differs");
        assertThat(failure.action()).contains("restore.on-damage=older");
    }

    @Test
    void failedStartLeavesNothingOpen() throws Exception {
        Path other = folder.resolve("other.db");
        Files.writeString(other, "certainly not a database ".repeat(100));
        ApplicationContextRunner runner = Runners.jdbc(database, replica);
        failureOf(runner.withPropertyValues(
                "litestream.databases.main.path=" + database,
                "litestream.databases.other.path=" + other,
                "litestream.databases.other.replicas.copy.url=" + folder.resolve("copy")));
        assertThat(OpenFiles.now().orElse(java.util.Set.of())).noneMatch(file -> file.startsWith(folder));
    }

    @Test
    void readsLikeThisOnTheConsole(CapturedOutput output) {
        try {
            new SpringApplicationBuilder(Plain.class)
                    .web(WebApplicationType.NONE)
                    .properties("spring.main.banner-mode=off", "litestream.replca-url=/backup")
                    .run("--litestream.replca-url=/backup");
        } catch (RuntimeException expected) {
            assertThat(output)
                    .contains("APPLICATION FAILED TO START", "There is no key litestream.replca-url")
                    .contains("Write litestream.replica-url instead of litestream.replca-url, or remove it.");
            return;
        }
        throw new AssertionError("started");
    }

    @Configuration(proxyBeanMethods = false)
    @org.springframework.boot.autoconfigure.ImportAutoConfiguration(LitestreamAutoConfiguration.class)
    static class Plain {}

    @Configuration(proxyBeanMethods = false)
    static class ReadOnlyDataSource {

        @Bean
        SQLiteDataSource readOnly(org.springframework.core.env.Environment environment) {
            SQLiteConfig config = new SQLiteConfig();
            config.setReadOnly(true);
            SQLiteDataSource dataSource = new SQLiteDataSource(config);
            dataSource.setUrl(environment.getProperty("spring.datasource.url"));
            return dataSource;
        }
    }
}
