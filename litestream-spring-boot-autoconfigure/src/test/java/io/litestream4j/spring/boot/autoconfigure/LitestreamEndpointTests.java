package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredGeneration;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredSegment;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredSnapshot;
import io.litestream4j.spring.boot.autoconfigure.actuate.DatabaseReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.DatabaseState;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpointWebExtension;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.ReplicaReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.RestorePlanReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

@Timeout(120)
class LitestreamEndpointTests {

    @TempDir
    Path folder;

    private Path database;
    private TestReplica replica;

    @BeforeEach
    void create() {
        database = folder.resolve("app.db");
        replica = new TestReplica(folder.resolve("replica"));
    }

    @AfterEach
    void release() {
        replica.fail(true).hang(false);
    }

    private ApplicationContextRunner application() {
        return Runners.jdbc(database, folder.resolve("replica"))
                .withConfiguration(AutoConfigurations.of(LitestreamActuatorAutoConfiguration.class))
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=*",
                        "litestream.shutdown-timeout=200ms",
                        "litestream.snapshot-interval=1h");
    }

    private ApplicationContextRunner applicationWithTwoReplicas() {
        replica = new TestReplica(folder.resolve("second"));
        return application()
                .withBean("testReplica", ReplicatedDatabaseCustomizer.class, () -> replica.customizer(Duration.ZERO));
    }

    @Test
    void reportShowsStatusPositionsTimesAndNoFolders() {
        Sqlite.create(database, "one");
        application().run(context -> {
            Eventually.everythingIsShipped(engine(context));
            LitestreamReport report = endpoint(context).report();
            assertThat(report.status()).isEqualTo("UP");
            DatabaseReport main = report.databases().get("main");
            assertThat(endpoint(context).database("main").file()).isEqualTo(main.file());
            assertThat(main.file()).isEqualTo("app.db");
            assertThat(main.status()).isEqualTo("UP");
            assertThat(main.state()).isEqualTo(DatabaseState.REPLICATING);
            assertThat(main.why()).isEmpty();
            assertThat(main.position()).matches("[0-9a-f]{16}/[0-9a-f]{8}:\\d+").startsWith(main.generation());
            assertThat(main.databaseSize()).isEqualTo(8192);
            assertThat(main.walSize()).isPositive();
            assertThat(main.lastLookAt()).isBetween(Instant.now().minusSeconds(10), Instant.now());
            assertThat(main.lastRestore()).isNull();
            ReplicaReport file = main.replicas().get(0);
            assertThat(file.type()).isEqualTo("file");
            assertThat(file.url()).isEqualTo("file:replica");
            assertThat(file.status()).isEqualTo("UP");
            assertThat(file.lag()).isZero();
            assertThat(file.pendingBytes()).isZero();
            assertThat(file.nextSnapshotAt())
                    .isCloseTo(file.lastSnapshotAt().plus(Duration.ofHours(1)), within(5, ChronoUnit.SECONDS));
            assertThat(file.estimatedMonthlyCost()).isNull();
            assertThat(report.toString()).doesNotContain(folder.toString());
        });
    }

    @Test
    void restoreAtStartIsShown() throws Exception {
        Sqlite.backUp(folder.resolve("replica"), folder.resolve("scratch"), "one", "two");
        application().run(context -> {
            DatabaseReport.Restore restore = endpoint(context).database("main").lastRestore();
            assertThat(restore.replica()).isEqualTo("file");
            assertThat(restore.url()).isEqualTo("file:replica");
            assertThat(restore.position()).matches("[0-9a-f]{16}/[0-9a-f]{8}:\\d+");
            assertThat(restore.size()).isEqualTo(8192);
            assertThat(restore.duration()).isPositive();
            assertThat(restore.at()).isAfterOrEqualTo(restore.lastObjectAt());
        });
    }

    @Test
    void backupsAreListedAndFiltered() {
        Sqlite.create(database, "one");
        applicationWithTwoReplicas().run(context -> {
            engine(context).syncAll(Duration.ofSeconds(20));
            Sqlite.execute(database, "insert into note values ('two')");
            assertThat(engine(context).snapshot(Duration.ofSeconds(20))).isTrue();
            assertThat(engine(context).syncAll(Duration.ofSeconds(20))).isTrue();
            String generation = endpoint(context).database("main").generation();

            BackupReport<StoredGeneration> generations = view(context, "generations", null);
            assertThat(generations.unreachable()).isEmpty();
            assertThat(generations.entries()).hasSize(2).allSatisfy(each -> {
                assertThat(each.generation()).isEqualTo(generation);
                assertThat(each.current()).isTrue();
                assertThat(each.snapshots()).isEqualTo(2);
                assertThat(each.restorable().gap()).isNull();
                assertThat(each.restorable().from())
                        .isBeforeOrEqualTo(each.restorable().to());
            });
            BackupReport<StoredSnapshot> snapshots = view(context, "snapshots", "test");
            assertThat(snapshots.entries()).extracting(StoredSnapshot::index).containsExactly(0, 1);
            BackupReport<StoredSegment> wal = view(context, "wal", "file");
            assertThat(wal.total()).isEqualTo(wal.entries().size()).isGreaterThanOrEqualTo(3);
            BackupReport<StoredSegment> newest =
                    report(endpoint(context).backups("main", "wal", "file", generation, null, 1));
            assertThat(newest.total()).isEqualTo(wal.total());
            assertThat(newest.entries())
                    .containsExactly(wal.entries().get(wal.entries().size() - 1));
            BackupReport<StoredSegment> other =
                    report(endpoint(context).backups("main", "wal", "file", "0000000000000000", null, null));
            assertThat(other.entries()).isEmpty();
        });
    }

    @Test
    void restorePlanIsForTheTimeThatIsAskedFor() {
        Sqlite.create(database, "one");
        application().run(context -> {
            engine(context).syncAll(Duration.ofSeconds(20));
            RestorePlanReport newest = plan(context, null);
            assertThat(newest.possible()).isTrue();
            assertThat(newest.problem()).isNull();
            assertThat(newest.replica()).isEqualTo("file");
            assertThat(newest.url()).isEqualTo("file:replica");
            assertThat(newest.snapshot().index()).isZero();
            assertThat(newest.objects()).isEqualTo(1 + newest.walSegments());
            assertThat(newest.size()).isPositive();
            assertThat(newest.howTo()).containsExactly("--litestream.databases.main.restore.mode=replace");

            RestorePlanReport before = plan(context, "2020-01-01T00:00:00Z");
            assertThat(before.possible()).isFalse();
            assertThat(before.problem()).contains("2020-01-01T00:00:00Z").doesNotContain(folder.toString());
        });
    }

    @Test
    void wrongNamesAndValuesSayWhatThereIs() {
        Sqlite.create(database, "one");
        application().run(context -> {
            LitestreamEndpointWebExtension web = context.getBean(LitestreamEndpointWebExtension.class);
            WebEndpointResponse<Object> unknown = web.database("orders");
            assertThat(unknown.getStatus()).isEqualTo(404);
            assertThat(unknown.getBody().toString()).contains("there is no database \"orders\"", "[main]");
            assertThat(web.backups("orders", "wal", null, null, null, null).getStatus())
                    .isEqualTo(404);
            assertThat(web.backups("main", "tables", null, null, null, null)
                            .getBody()
                            .toString())
                    .contains("there is no view \"tables\"", "generations, restore-plan, snapshots, wal");
            assertThat(web.backups("main", "wal", "gcs", null, null, null)
                            .getBody()
                            .toString())
                    .contains("there is no replica \"gcs\"", "[file]");
            assertBad(web.backups("main", "restore-plan", null, null, "yesterday", null), "timestamp=yesterday");
            assertBad(web.backups("main", "wal", null, "x\r\ny", null, null), "generation=x??y");
            assertBad(web.backups("main", "wal", null, null, null, "0"), "limit=0");
            assertThatThrownBy(() -> endpoint(context).database("orders"))
                    .isInstanceOf(InvalidEndpointRequestException.class)
                    .hasMessageContaining("there are [main]");
        });
    }

    @Test
    void replicaThatIsDownHidesNothingOfTheOthers() {
        Sqlite.create(database, "one");
        applicationWithTwoReplicas().run(context -> {
            engine(context).syncAll(Duration.ofSeconds(20));
            replica.listingsToo().fail(true);
            BackupReport<StoredSnapshot> snapshots = view(context, "snapshots", null);
            assertThat(snapshots.unreachable()).containsOnlyKeys("test");
            assertThat(snapshots.unreachable().get("test")).contains("the replica is down");
            assertThat(snapshots.entries()).extracting(StoredSnapshot::replica).containsExactly("file");
            assertThat(plan(context, null).possible()).isTrue();
        });
    }

    @Test
    void emptyReplicaHasNothingAndAPlanSaysSo() {
        replica.hang(true);
        application().withPropertyValues("litestream.restore.mode=never").run(context -> {
            assertThat(endpoint(context).report().databases().get("main").state())
                    .isEqualTo(DatabaseState.WAITING);
            BackupReport<StoredGeneration> generations = view(context, "generations", null);
            assertThat(generations.entries()).isEmpty();
            assertThat(generations.unreachable()).isEmpty();
            RestorePlanReport plan = plan(context, null);
            assertThat(plan.possible()).isFalse();
            assertThat(plan.problem()).contains("file:replica").doesNotContain(folder.toString());
        });
    }

    private static void assertBad(WebEndpointResponse<Object> response, String text) {
        assertThat(response.getStatus()).isEqualTo(400);
        assertThat(response.getBody().toString()).contains(text, "write");
    }

    private static LitestreamEndpoint endpoint(ApplicationContext context) {
        return context.getBean(LitestreamEndpoint.class);
    }

    private static ReplicatedDatabase engine(ApplicationContext context) {
        return context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
    }

    private static <T> BackupReport<T> view(ApplicationContext context, String view, @Nullable String replica) {
        return report(endpoint(context).backups("main", view, replica, null, null, null));
    }

    private static RestorePlanReport plan(ApplicationContext context, @Nullable String timestamp) {
        return (RestorePlanReport) endpoint(context).backups("main", "restore-plan", null, null, timestamp, null);
    }

    @SuppressWarnings("unchecked")
    private static <T> BackupReport<T> report(Object answer) {
        assertThat(answer).isInstanceOf(BackupReport.class);
        return (BackupReport<T>) answer;
    }
}
