package io.litestream4j.spring.boot.autoconfigure;

import static io.litestream4j.spring.boot.autoconfigure.WaitingApplication.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

@Timeout(60)
class AwaitReplicatedTests {

    @TempDir
    Path folder;

    private WaitingApplication application;

    @BeforeEach
    void prepare() {
        application = new WaitingApplication(folder);
    }

    @AfterEach
    void release() {
        application.replica.fail(true).hang(false);
    }

    @Test
    void methodReturnsWhenTheReplicaHasItsTransaction() {
        application.runner().withBean(Notes.class).run(context -> {
            Notes notes = context.getBean(Notes.class);
            notes.add("not waited for");
            notes.addSafely("waited for");
            assertThat(inReplica()).containsExactly("not waited for", "waited for");
        });
    }

    @Test
    void waitBeginsAfterTheCommitWithTheConnectionBackInThePool() {
        application
                .runner("litestream.commit.timeout=30s")
                .withBean(Notes.class)
                .run(context -> {
                    ready(context);
                    application.replica.hang(true);
                    Notes notes = context.getBean(Notes.class);
                    CompletableFuture<Void> call = CompletableFuture.runAsync(() -> notes.addSafely("committed"));
                    Eventually.holds(
                            "committed while the method still waits",
                            () -> Sqlite.notes(application.database).equals(List.of("committed")));
                    HikariDataSource pool = context.getBean(HikariDataSource.class);
                    Eventually.holds(
                            "connection is back",
                            () -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
                    assertThat(call).isNotDone();
                    application.replica.hang(false);
                    call.get();
                    assertThat(inReplica()).containsExactly("committed");
                });
    }

    @Test
    void timeoutOfTheAnnotationWinsAndTheWorkStays() {
        application
                .runner("litestream.commit.timeout=30s")
                .withBean(Notes.class)
                .run(context -> {
                    ready(context);
                    application.replica.hang(true);
                    assertThatThrownBy(() -> context.getBean(Notes.class).addHastily("kept"))
                            .isInstanceOf(CommitNotReplicatedException.class)
                            .hasMessageContaining("within 150 ms");
                    assertThat(Sqlite.notes(application.database)).containsExactly("kept");
                });
    }

    @Test
    void timeoutOfThePropertiesHoldsWithoutOneInTheAnnotation() {
        application
                .runner("litestream.commit.timeout=250ms")
                .withBean(Notes.class)
                .run(context -> {
                    ready(context);
                    application.replica.hang(true);
                    assertThatThrownBy(() -> context.getBean(Notes.class).addSafely("kept"))
                            .hasMessageContaining("within 250 ms");
                });
    }

    @Test
    void methodThatThrowsDoesNotWait() {
        application
                .runner("litestream.commit.timeout=30s")
                .withBean(Notes.class)
                .run(context -> {
                    ready(context);
                    application.replica.hang(true);
                    assertThatThrownBy(() -> context.getBean(Notes.class).addAndThrow("gone"))
                            .hasMessage("of the application");
                    assertThat(Sqlite.notes(application.database)).isEmpty();
                });
    }

    @Test
    void callInsideATransactionIsRefusedBeforeItDoesAnything() {
        application.runner().withBean(Notes.class).run(context -> {
            Notes notes = context.getBean(Notes.class);
            assertThatThrownBy(() -> context.getBean(TransactionTemplate.class)
                            .executeWithoutResult(status -> notes.addSafely("never")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("called inside a transaction");
            assertThat(Sqlite.notes(application.database)).isEmpty();
        });
    }

    @Test
    void annotationOfTheClassHoldsForEachMethod() {
        application.runner().withBean(SafeNotes.class).run(context -> {
            context.getBean(SafeNotes.class).add("waited for");
            assertThat(inReplica()).containsExactly("waited for");
        });
    }

    @Test
    void databaseThatIsNotReplicatedIsNamed() {
        application
                .runner()
                .withBean(Notes.class)
                .run(context -> assertThatThrownBy(
                                () -> context.getBean(Notes.class).addElsewhere("x"))
                        .hasMessage("no replicated database is named \"elsewhere\", there are [main]"));
    }

    @Test
    void asynchronousMethodWaitsOnItsOwnThread() {
        application
                .runner()
                .withUserConfiguration(WithAsync.class)
                .withBean(Notes.class)
                .run(context -> {
                    ready(context);
                    application.replica.hang(true);
                    CompletableFuture<String> call =
                            context.getBean(Notes.class).addLater("later");
                    Eventually.holds(
                            "committed",
                            () -> Sqlite.notes(application.database).equals(List.of("later")));
                    assertThat(call).isNotDone();
                    application.replica.hang(false);
                    assertThat(call.get()).isEqualTo("later");
                    assertThat(inReplica()).containsExactly("later");
                });
    }

    @Test
    void timeoutThatIsNoneFailsTheStart() {
        application
                .runner()
                .withBean(Misspelt.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(LitestreamStartException.class)
                        .hasMessageContaining("has the timeout \"soon\""));
    }

    @Test
    void ownBeanTakesTheDefaultsPlace() {
        Litestream own = new DefaultLitestream(new ReplicationWaits(null, restoreOnly(), new ReplicationRun()));
        application
                .runner()
                .withBean("own", Litestream.class, () -> own)
                .run(context -> assertThat(context.getBean(Litestream.class)).isSameAs(own));
    }

    @Test
    void litestreamBeanSyncsTakesSnapshotsAndShowsTheStatus() {
        application.runner().run(context -> {
            ready(context);
            Litestream litestream = context.getBean(Litestream.class);
            WaitingApplication.add(context, "first");
            assertThat(litestream.sync()).containsOnlyKeys("main");
            assertThat(litestream.status().get("main").position())
                    .isEqualTo(litestream.database("main").sync());
            litestream.database("main").awaitReplicated(Duration.ofSeconds(10));
            assertThat(inReplica()).containsExactly("first");
            // the replica of the properties can't take it
            assertThat(litestream.snapshot(Duration.ofMillis(300))).isFalse();
            assertThat(litestream.databases()).containsExactly("main");
        });
    }

    private static LitestreamProperties restoreOnly() {
        LitestreamProperties properties = new LitestreamProperties();
        properties.setMode(LitestreamProperties.Mode.RESTORE_ONLY);
        return properties;
    }

    private List<String> inReplica() throws Exception {
        return Sqlite.notesIn(application.folder, folder.resolve("scratch"));
    }

    @EnableAsync
    static class WithAsync {}

    static class Notes {

        private final JdbcTemplate jdbc;

        Notes(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void add(String text) {
            jdbc.update("insert into note values (?)", text);
        }

        @Transactional
        @AwaitReplicated
        public void addSafely(String text) {
            add(text);
        }

        @AwaitReplicated(timeout = "150ms")
        @Transactional
        public void addHastily(String text) {
            add(text);
        }

        @AwaitReplicated
        @Transactional
        public void addAndThrow(String text) {
            add(text);
            throw new IllegalStateException("of the application");
        }

        @AwaitReplicated(database = "elsewhere")
        public void addElsewhere(String text) {
            add(text);
        }

        @Async
        @AwaitReplicated(timeout = "30s")
        @Transactional
        public CompletableFuture<String> addLater(String text) {
            add(text);
            return CompletableFuture.completedFuture(text);
        }
    }

    @AwaitReplicated
    static class SafeNotes {

        private final JdbcTemplate jdbc;

        SafeNotes(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void add(String text) {
            jdbc.update("insert into note values (?)", text);
        }
    }

    static class Misspelt {

        @AwaitReplicated(timeout = "soon")
        public void run() {}
    }
}
