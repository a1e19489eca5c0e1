package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ReplicationStatus;
import jakarta.annotation.PreDestroy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

@ExtendWith(OutputCaptureExtension.class)
class ReplicationTests {

    @TempDir
    Path folder;

    private Path database;
    private Path replica;

    @BeforeEach
    void paths() {
        database = folder.resolve("data/app.db");
        replica = folder.resolve("replica");
    }

    @Test
    void newDatabaseIsReplicatedAndRestoredAtTheNextStart() throws Exception {
        Runners.jdbc(database, replica).run(context -> {
            jdbc(context).execute("create table note (text text)");
            add(context, "first");
            add(context, "second");
        });
        assertThat(inReplica()).containsExactly("first", "second");

        Sqlite.delete(database);
        Runners.jdbc(database, replica)
                .run(context -> assertThat(jdbc(context).queryForList("select text from note", String.class))
                        .containsExactly("first", "second"));
    }

    @Test
    void existingDatabaseIsSwitchedToWalBeforeThePool() {
        folder.resolve("data").toFile().mkdirs();
        Sqlite.execute(database, "create table note (text text)");
        Runners.jdbc(database, replica)
                .run(context -> assertThat(jdbc(context).queryForObject("pragma journal_mode", String.class))
                        .isEqualTo("wal"));
    }

    @Test
    void commitThroughATransactionManagerWakesTheEngine() {
        folder.resolve("data").toFile().mkdirs();
        Sqlite.create(database);
        Runners.jdbc(database, replica)
                .withPropertyValues("litestream.monitor-interval=10m", "litestream.sync-interval=1ms")
                .run(context -> {
                    eventually(() -> inReplica().isEmpty());
                    context.getBean(TransactionTemplate.class).executeWithoutResult(status -> add(context, "managed"));
                    eventually(() -> inReplica().equals(List.of("managed")));
                });
    }

    @Test
    void stoppedAndStartedContextGoesOn() {
        Runners.jdbc(database, replica).run(context -> {
            ConfigurableApplicationContext application =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            jdbc(context).execute("create table note (text text)");
            add(context, "before");
            application.stop();
            assertThat(inReplica()).containsExactly("before");
            add(context, "while stopped");
            application.start();
            add(context, "after");
            eventually(() -> inReplica().equals(List.of("before", "while stopped", "after")));
            application.stop();
            application.start();
            assertThat(database(context).status().state()).isEqualTo(ReplicationStatus.State.REPLICATING);
        });
    }

    @Test
    void lastCommitWhileBeansAreDestroyedIsShipped() throws Exception {
        Runners.jdbc(database, replica)
                .withUserConfiguration(WritesItsLastWords.class)
                .run(context -> {
                    jdbc(context).execute("create table note (text text)");
                    add(context, "first");
                });
        assertThat(inReplica()).containsExactly("first", "last words");
    }

    @Test
    void poolIsClosedBeforeTheEngine() {
        Runners.jdbc(database, replica)
                .run(context -> assertThat(context.getBeanFactory().getDependentBeans(LitestreamRestorer.BEAN_NAME))
                        .contains("dataSource", "litestreamLifecycle"));
    }

    @Test
    void unreachableReplicaDoesNotStopTheStartWhenTheDatabaseIsThere() throws Exception {
        folder.resolve("data").toFile().mkdirs();
        Sqlite.create(database, "local");
        Files.writeString(replica, "a file where the replica's folder should be");
        Runners.jdbc(database, replica)
                .withPropertyValues("litestream.shutdown-timeout=200ms")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    add(context, "more");
                    assertThat(jdbc(context).queryForList("select text from note", String.class))
                            .containsExactly("local", "more");
                });
    }

    @Test
    void secondContextOnTheSameFileStandsByAndTakesOver() {
        Runners.jdbc(database, replica).run(first -> {
            jdbc(first).execute("create table note (text text)");
            add(first, "by the first");
            eventually(() -> database(first).status().state() == ReplicationStatus.State.REPLICATING);
            Runners.jdbc(database, replica).run(second -> {
                assertThat(second).hasNotFailed();
                assertThat(database(second).status().state()).isEqualTo(ReplicationStatus.State.STANDBY);
                first.getSourceApplicationContext(ConfigurableApplicationContext.class)
                        .close();
                eventually(() -> database(second).status().state() == ReplicationStatus.State.REPLICATING);
                add(second, "by the second");
                eventually(() -> inReplica().equals(List.of("by the first", "by the second")));
            });
        });
    }

    @Test
    void secondContextOnADatabaseThatIsStillEmptyStandsBy() {
        Runners.jdbc(database, replica).run(first -> {
            jdbc(first).queryForObject("select 1", Integer.class);
            Runners.jdbc(database, replica).run(second -> assertThat(second).hasNotFailed());
        });
    }

    @Test
    void severalDatabasesEachWithItsReplica() throws Exception {
        Path other = folder.resolve("data/other.db");
        folder.resolve("data").toFile().mkdirs();
        Sqlite.create(other, "in the other");
        String[] both = {
            "litestream.databases.other.path=" + other,
            "litestream.databases.other.replicas.copy.url=" + folder.resolve("copy"),
            "litestream.databases.other.replicas.second-copy.url=" + folder.resolve("second")
        };
        Runners.jdbc(database, replica).withPropertyValues(both).run(context -> {
            jdbc(context).execute("create table note (text text)");
            add(context, "in the first");
        });
        Sqlite.delete(database);
        Sqlite.delete(other);
        Runners.jdbc(database, replica).withPropertyValues(both).run(context -> {
            assertThat(Sqlite.notes(database)).containsExactly("in the first");
            assertThat(Sqlite.notes(other)).containsExactly("in the other");
        });
        assertThat(Sqlite.notesIn(folder.resolve("second"), folder.resolve("scratch")))
                .containsExactly("in the other");
    }

    @Test
    void generationThatIsAskedForIsRestored() throws Exception {
        Sqlite.backUp(replica, folder.resolve("scratch"), "old");
        String old = onlyGeneration();
        Thread.sleep(50);
        Sqlite.backUp(replica, folder.resolve("scratch2"), "new");
        Runners.jdbc(database, replica)
                .withPropertyValues("litestream.restore.generation=" + old)
                .run(context -> assertThat(Sqlite.notes(database)).containsExactly("old"));
    }

    private String onlyGeneration() throws Exception {
        try (var generations = Files.list(replica.resolve("generations"))) {
            return generations.findFirst().orElseThrow().getFileName().toString();
        }
    }

    @Test
    void modeNeverStartsWithAnEmptyDatabase() throws Exception {
        Sqlite.backUp(replica, folder.resolve("scratch"), "from the backup");
        Runners.jdbc(database, replica)
                .withPropertyValues("litestream.restore.mode=never")
                .run(context -> assertThat(
                                jdbc(context).queryForObject("select count(*) from sqlite_schema", Integer.class))
                        .isZero());
    }

    @Test
    void restoreOnlyRestoresAndWritesNothingToTheReplica() throws Exception {
        Sqlite.backUp(replica, folder.resolve("scratch"), "from the backup");
        Runners.jdbc(database, replica)
                .withPropertyValues("litestream.mode=restore-only")
                .run(context -> {
                    add(context, "local only");
                    assertThat(database(context).status().state()).isEqualTo(ReplicationStatus.State.STOPPED);
                });
        assertThat(inReplica()).containsExactly("from the backup");
    }

    @Test
    void switchedOffThereIsNothing() {
        Runners.jdbc(database, replica)
                .withPropertyValues("litestream.enabled=false", "litestream.replica-url=s3://bucket/app")
                .withInitializer(context -> database.getParent().toFile().mkdirs())
                .run(context -> {
                    assertThat(context).doesNotHaveBean(LitestreamRestorer.class);
                    jdbc(context).execute("create table note (text text)");
                });
        assertThat(replica).doesNotExist();
    }

    @Test
    void nothingConfiguredSaysWhichKeyToSet(CapturedOutput output) {
        Runners.jdbc()
                .withPropertyValues("spring.datasource.url=jdbc:sqlite::memory:", "litestream.replica-url= ")
                .run(context -> {
                    context.getBean(LitestreamRestorer.class).run(new DefaultApplicationArguments());
                    assertThat(output).containsOnlyOnce("Set litestream.replica-url");
                });
    }

    @Test
    void outcomeIsLoggedAndTheRestoreIsNotRepeated(CapturedOutput output) {
        Runners.jdbc(database, replica).run(context -> {
            context.getBean(ApplicationRunner.class).run(new DefaultApplicationArguments());
            assertThat(output).contains("is missing, there is no backup of it", replica.toString());
            assertThat(output).containsOnlyOnce("starts with an empty database");
        });
    }

    @Test
    void withoutABackupTheWarningNamesTheReplicas(CapturedOutput output) {
        Runners.jdbc(database, replica)
                .run(context -> assertThat(output)
                        .contains("there is no backup of it, the application starts with an empty database")
                        .contains(replica.toString()));
    }

    @Test
    void otherFileInThePoolIsReported(CapturedOutput output) {
        Runners.jdbc(database, replica)
                .withPropertyValues("litestream.databases.main.path=" + folder.resolve("data/other.db"))
                .run(context -> assertThat(output)
                        .contains("data/other.db (from litestream.databases.main.path) is replicated, but")
                        .contains("data/app.db"));
    }

    @Test
    void hikariUrlWinsOverTheGeneralOne() {
        Path hikari = folder.resolve("data/hikari.db");
        Runners.jdbc(database, replica)
                .withPropertyValues("spring.datasource.hikari.jdbc-url=jdbc:sqlite:" + hikari)
                .run(context -> assertThat(database(context).database()).isEqualTo(hikari));
    }

    @Test
    void customizerHasTheLastWord() {
        Runners.jdbc(database, replica)
                .withBean(ReplicatedDatabaseCustomizer.class, () -> (name, builder) -> builder.name("named " + name))
                .run(context -> assertThat(context).hasNotFailed());
    }

    private List<String> inReplica() throws Exception {
        return Sqlite.notesIn(replica, folder.resolve("scratch"));
    }

    private static ReplicatedDatabase database(ApplicationContext context) {
        return context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
    }

    private static JdbcTemplate jdbc(ApplicationContext context) {
        return context.getBean(JdbcTemplate.class);
    }

    private static void add(ApplicationContext context, String text) {
        jdbc(context).update("insert into note values (?)", text);
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (Exception e) {
                last = e;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("not in time", last);
    }

    @Configuration(proxyBeanMethods = false)
    static class WritesItsLastWords {

        record LastWords(JdbcTemplate jdbc) {

            @PreDestroy
            void write() {
                jdbc.update("insert into note values ('last words')");
            }
        }

        @Bean
        LastWords lastWords(JdbcTemplate jdbc) {
            return new LastWords(jdbc);
        }
    }
}
