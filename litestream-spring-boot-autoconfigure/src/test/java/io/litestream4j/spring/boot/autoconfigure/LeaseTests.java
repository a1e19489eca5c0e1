package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.spring.boot.autoconfigure.LitestreamEvent.ReplicaFenced;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;

/** Two applications, each with a disk of its own, and one replica. */
@Timeout(90)
@ExtendWith(OutputCaptureExtension.class)
class LeaseTests {

    @TempDir
    Path folder;

    private Path replica;

    @BeforeEach
    void create() throws Exception {
        replica = folder.resolve("replica");
        Sqlite.backUp(replica, folder.resolve("scratch"), "one");
    }

    @Test
    void applicationThatIsToldToFailNamesTheHolderAndTheRemedy() {
        application("first").run(first -> {
            ready(first);
            application("second", "litestream.lease.on-conflict=fail").run(second -> {
                assertThat(second).hasFailed();
                Analyzed failure = Analyzed.of(second.getStartupFailure());
                assertThat(failure.description())
                        .contains(
                                "is written by process "
                                        + ProcessHandle.current().pid(),
                                "of host",
                                "it ends in");
                assertThat(failure.action())
                        .contains("End that one", "litestream.lease.on-conflict=wait", "litestream.replica-url");
                assertThat(folder.resolve("second/app.db")).doesNotExist();
            });
            ready(first);
        });
    }

    @Test
    void successorStartsWithTheLastCommitOfItsPredecessor(CapturedOutput output) throws Exception {
        CompletableFuture<List<String>> second = new CompletableFuture<>();
        Thread[] starting = new Thread[1];
        application("first").run(first -> {
            ready(first);
            starting[0] = new Thread(() -> application("second").run(context -> second.complete(notes(context))));
            starting[0].start();
            Eventually.holds("it says that it waits", () -> output.toString().contains("is written by process"));
            first.getBean(JdbcTemplate.class).execute("insert into note values ('two')");
            assertThat(second).isNotDone();
        });
        assertThat(second.get(30, TimeUnit.SECONDS)).containsExactly("one", "two");
        starting[0].join();
        assertThat(Sqlite.notesIn(replica, folder.resolve("look"))).containsExactly("one", "two");
    }

    @Test
    void oldDatabaseBesideANewerBackupFailsTheStartUntilAPersonHasDecided() {
        application("first").run(first -> ready(first));
        Sqlite.create(parent("second/app.db"), "old");
        application("second").run(second -> {
            assertThat(second).hasFailed();
            Analyzed failure = Analyzed.of(second.getStartupFailure());
            assertThat(failure.description())
                    .contains("another instance has written generation", "not its continuation");
            assertThat(failure.action())
                    .contains(
                            "restore.mode=replace",
                            "litestream.lease.on-newer-backup=ignore",
                            "litestream.replica-url");
        });
        assertThat(Sqlite.notes(folder.resolve("second/app.db"))).containsExactly("old");

        application("second", "litestream.restore.mode=replace").run(second -> {
            assertThat(notes(second)).containsExactly("one");
            ready(second);
        });
        Sqlite.create(parent("third/app.db"), "third");
        application("third", "litestream.lease.on-newer-backup=ignore").run(third -> ready(third));
        application("third").run(third -> {
            ready(third);
            assertThat(Sqlite.notesIn(replica, folder.resolve("look"))).containsExactly("third");
        });
    }

    @Test
    void applicationThatStandsByServesAndShipsNothing() {
        Sqlite.create(parent("second/app.db"), "of the second");
        application("first").run(first -> {
            ready(first);
            application("second", "litestream.lease.on-conflict=stand-by").run(second -> {
                assertThat(second).hasNotFailed();
                assertThat(notes(second)).containsExactly("of the second");
                Eventually.holds("it waits", () -> status(second).state() == ReplicaState.WAITING_FOR_LEASE);
                assertThat(health(second)).isEqualTo(new Status("DEGRADED"));
            });
            assertThat(Sqlite.notesIn(replica, folder.resolve("look"))).containsExactly("one");
        });
    }

    @Test
    void applicationWhoseReplicaWasTakenOverIsDownAndTold() {
        application("first", "litestream.lease.ttl=5s").withBean(Listener.class).run(first -> {
            ready(first);
            Instant expiry = status(first).lease().expiresAt();
            Eventually.holds("it has expired", () -> Instant.now().isAfter(expiry));
            Files.setLastModifiedTime(replica.resolve("lease.properties"), FileTime.from(expiry.minusSeconds(30)));
            application("second").run(second -> {
                ready(second);
                assertThat(health(first)).as("it is idle").isEqualTo(Status.UP);
                first.getBean(JdbcTemplate.class).execute("insert into note values ('local')");
                database(first).wake();
                Listener listener = first.getBean(Listener.class);
                Eventually.holds("fenced", () -> !listener.fenced.isEmpty());
                assertThat(listener.fenced.get(0).reason())
                        .contains("fenced: process", "has the lease since")
                        .doesNotContain(folder.toString());
                assertThat(health(first)).isEqualTo(Status.DOWN);
                assertThat(first.getBean(LitestreamEndpoint.class)
                                .database("main")
                                .replicas()
                                .get(0))
                        .satisfies(report -> {
                            assertThat(report.state()).isEqualTo("FENCED");
                            assertThat(report.lease().own()).isFalse();
                        });
            });
        });
    }

    private Path parent(String file) {
        Path path = folder.resolve(file);
        path.getParent().toFile().mkdirs();
        return path;
    }

    private ApplicationContextRunner application(String name, String... properties) {
        return Runners.jdbc(folder.resolve(name).resolve("app.db"), replica)
                .withConfiguration(AutoConfigurations.of(LitestreamActuatorAutoConfiguration.class))
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=*",
                        "litestream.sync-interval=0s",
                        "litestream.shutdown-timeout=1s")
                .withPropertyValues(properties);
    }

    private static void ready(ApplicationContext context) throws Exception {
        Eventually.everythingIsShipped(database(context));
    }

    private static ReplicatedDatabase database(ApplicationContext context) {
        return context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
    }

    private static ReplicaStatus status(ApplicationContext context) {
        return database(context).status().replicas().get(0);
    }

    private static Status health(ApplicationContext context) {
        return context.getBean(HealthIndicator.class).health().getStatus();
    }

    private static List<String> notes(ApplicationContext context) {
        return context.getBean(JdbcTemplate.class).queryForList("select text from note order by rowid", String.class);
    }

    /** Hears of it. */
    static final class Listener {

        private final List<ReplicaFenced> fenced = new CopyOnWriteArrayList<>();

        @EventListener
        void on(ReplicaFenced event) {
            fenced.add(event);
        }
    }
}
