package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import io.litestream4j.spring.boot.autoconfigure.metrics.LitestreamMetricsAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class ActuatorTests {

    @TempDir
    Path folder;

    private Path database;
    private ApplicationContextRunner application;

    @BeforeEach
    void create() {
        database = folder.resolve("app.db");
        Sqlite.create(database, "one");
        application = Runners.jdbc(database, folder.resolve("replica"))
                .withConfiguration(AutoConfigurations.of(
                        LitestreamActuatorAutoConfiguration.class, LitestreamMetricsAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=*", "litestream.shutdown-timeout=200ms");
    }

    @Test
    void replicaThatWasDamagedIsDegradedWhenAValidationFindsItAndNotDown() {
        application.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            context.getBean("litestreamMetrics", MeterBinder.class).bindTo(registry);
            var main = context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
            replicated(context);
            assertThat(main.validate(Duration.ofSeconds(15)).get("file").outcome())
                    .isEqualTo(ValidationResult.Outcome.VALID);
            assertThat(context.getBean(HealthIndicator.class).health().getStatus())
                    .isEqualTo(Status.UP);
            Eventually.holds("a valid replica in the metrics", () -> valid(registry) == 1);

            damageSnapshots();
            assertThat(main.validate(Duration.ofSeconds(15)).get("file").outcome())
                    .isEqualTo(ValidationResult.Outcome.INVALID);
            Health health = context.getBean(HealthIndicator.class).health();
            assertThat(health.getStatus()).isEqualTo(new Status("DEGRADED"));
            assertThat(health.getDetails().toString())
                    .contains("lastProof=INVALID", "found damage")
                    .doesNotContain(folder.toString());
            Eventually.holds("a damaged one", () -> valid(registry) == 0);
        });
    }

    private static double valid(MeterRegistry registry) {
        return registry.get("litestream.replica.valid").gauge().value();
    }

    private void damageSnapshots() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("replica"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".snapshot.lz4"))
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
    }

    @Test
    void switchedOffByTheUsualKeys() {
        application
                .withPropertyValues(
                        "management.health.litestream.enabled=false", "management.endpoint.litestream.access=NONE")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(HealthIndicator.class)
                        .doesNotHaveBean(LitestreamEndpoint.class));
    }

    @Test
    void startsWithoutActuatorAndMicrometer() {
        application
                .withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.actuate", "org.springframework.boot.health", "io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void startsWithoutJdbcSupportAndTransactions() {
        new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.jdbc", "org.springframework.transaction", "com.zaxxer"))
                .withConfiguration(AutoConfigurations.of(LitestreamAutoConfiguration.class))
                .withPropertyValues(
                        "litestream.databases.main.path=" + database,
                        "litestream.replica-url=" + folder.resolve("replica"))
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static void replicated(ApplicationContext context) throws Exception {
        var main = context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
        assertThat(main.syncAll(Duration.ofSeconds(15))).isTrue();
        assertThat(main.status().state()).isEqualTo(ReplicationStatus.State.REPLICATING);
    }
}
