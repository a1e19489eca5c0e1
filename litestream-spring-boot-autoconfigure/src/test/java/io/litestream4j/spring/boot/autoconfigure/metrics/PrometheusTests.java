package io.litestream4j.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.spring.boot.autoconfigure.Eventually;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import io.litestream4j.spring.boot.autoconfigure.ReplicatedDatabaseCustomizer;
import io.litestream4j.spring.boot.autoconfigure.Runners;
import io.litestream4j.spring.boot.autoconfigure.Sqlite;
import io.litestream4j.spring.boot.autoconfigure.TestReplica;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class PrometheusTests {

    /** Litestream 0.3.13: name, type here, labels. */
    private static final Map<String, Map.Entry<String, Set<String>>> LITESTREAM = Map.ofEntries(
            gauge("litestream_db_size", "db"),
            gauge("litestream_wal_size", "db"),
            gauge("litestream_shadow_wal_index", "db"),
            gauge("litestream_shadow_wal_size", "db"),
            gauge("litestream_total_wal_bytes", "db"),
            gauge("litestream_sync_count", "db"),
            gauge("litestream_sync_error_count", "db"),
            gauge("litestream_sync_seconds", "db"),
            gauge("litestream_checkpoint_count", "db", "mode"),
            gauge("litestream_checkpoint_error_count", "db", "mode"),
            gauge("litestream_checkpoint_seconds", "db", "mode"),
            gauge("litestream_replica_wal_bytes", "db", "name"),
            gauge("litestream_replica_wal_index", "db", "name"),
            gauge("litestream_replica_wal_offset", "db", "name"),
            counter("litestream_replica_validation_total", "db", "name", "status"),
            counter("litestream_replica_operation_total", "replica_type", "operation"),
            gauge("litestream_replica_operation_bytes", "replica_type", "operation"));

    @TempDir
    Path folder;

    private Path database;
    private TestReplica replica;
    private ApplicationContextRunner application;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private static Map.Entry<String, Map.Entry<String, Set<String>>> gauge(String name, String... labels) {
        return Map.entry(name, Map.entry("gauge", Set.of(labels)));
    }

    private static Map.Entry<String, Map.Entry<String, Set<String>>> counter(String name, String... labels) {
        return Map.entry(name, Map.entry("counter", Set.of(labels)));
    }

    @BeforeEach
    void create() {
        database = folder.resolve("app.db");
        Sqlite.create(database, "one");
        replica = new TestReplica(folder.resolve("test"));
        application = Runners.jdbc(database, folder.resolve("replica"))
                .withConfiguration(AutoConfigurations.of(LitestreamMetricsAutoConfiguration.class))
                .withBean(ReplicatedDatabaseCustomizer.class, () -> replica.customizer(Duration.ofMillis(10)))
                .withPropertyValues("litestream.shutdown-timeout=1s");
    }

    @Test
    void everyNameOfLitestreamIsThereAndTheValuesMove() {
        application.run(context -> {
            ReplicatedDatabase main = bind(context);
            assertThat(main.syncAll(Duration.ofSeconds(20))).isTrue();
            namesAndLabels();
            commitsMoveThem(main);
            sealAndSnapshotMoveThem(main);
            validationMovesThem(main);
            replicaThatFailsShows(main);
            nothingPrivateIsShown();
            Documents.requireSameMeters(scrape());
            Documents.requireKnownMetrics(scrape());
        });
    }

    private void namesAndLabels() {
        Scrape scrape = scrape();
        LITESTREAM.forEach((name, expected) -> {
            String family = name.replaceAll("_total$", "");
            assertThat(scrape.types().getOrDefault(name, scrape.types().get(family)))
                    .as(name)
                    .isEqualTo(expected.getKey());
            assertThat(scrape.labels().get(name)).as(name).isEqualTo(expected.getValue());
        });
        assertThat(scrape.value("litestream_replicating", "db=\"main\"")).isEqualTo(1);
        assertThat(scrape.value("litestream_state", "state=\"replicating\"")).isEqualTo(1);
        assertThat(scrape.value("litestream_state", "state=\"standby\"")).isZero();
        assertThat(scrape.value("litestream_db_size"))
                .isEqualTo((double) database.toFile().length());
        assertThat(scrape.value("litestream_generation_starts_total", "reason=\"first\""))
                .isEqualTo(1);
        assertThat(scrape.value("litestream_replica_lag_seconds", "name=\"test\""))
                .isBetween(0.0, 10.0);
        assertThat(scrape.value("litestream_replica_confirmed_seconds", "name=\"test\""))
                .isGreaterThan(1.7e9);
        assertThat(scrape.value("litestream_snapshot_size_bytes", "name=\"test\""))
                .isEqualTo((double) database.toFile().length());
    }

    private void commitsMoveThem(ReplicatedDatabase main) throws Exception {
        Scrape before = scrape();
        Sqlite.execute(database, "insert into note values ('two')");
        assertThat(main.syncAll(Duration.ofSeconds(20))).isTrue();
        Scrape after = awaitScrape(now -> grew(before, now, "litestream_total_wal_bytes"));
        for (String name : Set.of("litestream_sync_count", "litestream_sync_seconds")) {
            assertThat(grew(before, after, name)).as(name).isTrue();
        }
        for (String name : Set.of("litestream_replica_wal_bytes", "litestream_replica_wal_offset")) {
            assertThat(grew(before, after, name, "name=\"test\"")).as(name).isTrue();
        }
        assertThat(grew(
                        before,
                        after,
                        "litestream_upload_duration_seconds_count",
                        "name=\"test\"",
                        "outcome=\"success\""))
                .isTrue();
    }

    private void sealAndSnapshotMoveThem(ReplicatedDatabase main) throws Exception {
        Scrape before = scrape();
        assertThat(main.snapshot(Duration.ofSeconds(20))).isTrue();
        Scrape after = awaitScrape(now -> grew(before, now, "litestream_shadow_wal_index"));
        assertThat(grew(before, after, "litestream_checkpoint_count", "PASSIVE"))
                .isTrue();
        assertThat(grew(before, after, "litestream_checkpoint_seconds", "PASSIVE"))
                .isTrue();
        assertThat(after.value("litestream_checkpoint_error_count", "PASSIVE")).isZero();
        assertThat(grew(before, after, "litestream_seal_duration_seconds_count", "outcome=\"sealed\""))
                .isTrue();
        assertThat(grew(before, after, "litestream_seal_lock_seconds_count")).isTrue();
        assertThat(grew(
                        before,
                        after,
                        "litestream_snapshot_duration_seconds_count",
                        "name=\"test\"",
                        "outcome=\"success\""))
                .isTrue();
    }

    private void validationMovesThem(ReplicatedDatabase main) throws Exception {
        assertThat(scrape().value("litestream_replica_valid", "name=\"test\"")).isNaN();
        assertThat(main.validate("test", Duration.ofSeconds(20)).outcome()).isEqualTo(ValidationResult.Outcome.VALID);
        Scrape after = awaitScrape(now -> now.value("litestream_replica_valid", "name=\"test\"") == 1);
        assertThat(after.value("litestream_replica_validation_total", "name=\"test\"", "status=\"ok\""))
                .isEqualTo(1);
        assertThat(after.value("litestream_validation_duration_seconds_count", "name=\"test\"", "\"valid\""))
                .isEqualTo(1);
        assertThat(after.value("litestream_replica_validated_seconds", "name=\"test\""))
                .isGreaterThan(1.7e9);
    }

    private void replicaThatFailsShows(ReplicatedDatabase main) throws Exception {
        replica.fail(true);
        Sqlite.execute(database, "insert into note values ('three')");
        main.wake();
        Scrape failing = awaitScrape(now -> now.value("litestream_replica_failing", "name=\"test\"") == 1);
        assertThat(failing.value("litestream_replica_pending_bytes", "name=\"test\""))
                .isPositive();
        assertThat(failing.value("litestream_upload_duration_seconds_count", "name=\"test\"", "outcome=\"error\""))
                .isPositive();
        replica.fail(false).hang(true);
        awaitScrape(now -> now.value("litestream_replica_operation_age_seconds", "name=\"test\"", "\"upload\"") > 0.05);
        replica.hang(false);
        awaitScrape(now -> now.value("litestream_replica_failing", "name=\"test\"") == 0);
    }

    private void nothingPrivateIsShown() {
        assertThat(scrape().text()).doesNotContain(folder.toString(), "://", "app.db");
    }

    @Test
    void metersComeAndGoWithTheirDatabaseInEveryRegistry() {
        application.run(context -> {
            MeterRegistry second = new SimpleMeterRegistry();
            bind(context);
            context.getBean("litestreamMetrics", MeterBinder.class).bindTo(second);
            context.getBean("litestreamMetrics", MeterBinder.class).bindTo(second);
            LitestreamDatabases databases = context.getBean(LitestreamDatabases.class);
            int before = second.getMeters().size();
            for (int i = 0; i < 2; i++) {
                Path tenant = folder.resolve("tenant.db");
                databases.register(
                        "tenant", tenant, folder.resolve("tenant-" + i).toString());
                assertThat(scrape().value("litestream_replicating", "db=\"tenant\""))
                        .isIn(0.0, 1.0);
                assertThat(second.get("litestream.replica.lag")
                                .tag("db", "tenant")
                                .tag("name", "replica")
                                .timeGauge()
                                .value())
                        .isNotNegative();
                databases.unregister("tenant");
                assertThat(scrape().text()).doesNotContain("tenant");
                assertThat(second.getMeters()).hasSize(before);
            }
        });
    }

    @Test
    void restoreBeforeThereIsARegistryShows() throws Exception {
        Sqlite.delete(database);
        Sqlite.backUp(folder.resolve("replica"), folder.resolve("scratch"), "kept");
        application.run(context -> {
            bind(context);
            assertThat(scrape().value("litestream_restore_size_bytes"))
                    .isEqualTo((double) database.toFile().length());
            assertThat(scrape().value("litestream_restore_duration_seconds")).isNotNegative();
            assertThat(scrape().value("litestream_restored_seconds")).isGreaterThan(1.7e9);
        });
    }

    @Test
    void startsWithoutMicrometer() {
        application
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("litestreamMetrics"));
    }

    private ReplicatedDatabase bind(ApplicationContext context) {
        context.getBean("litestreamMetrics", MeterBinder.class).bindTo(registry);
        return context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
    }

    private Scrape scrape() {
        return Scrape.of(registry.scrape());
    }

    private Scrape awaitScrape(Predicate<Scrape> condition) throws Exception {
        Eventually.holds("the scrape", () -> condition.test(scrape()));
        return scrape();
    }

    private static boolean grew(Scrape before, Scrape after, String name, String... labels) {
        return after.value(name, labels) > before.value(name, labels);
    }
}
