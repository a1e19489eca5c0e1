package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ValidationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
                .withConfiguration(AutoConfigurations.of(LitestreamActuatorAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=*", "litestream.shutdown-timeout=200ms");
    }

    @Test
    void replicatedDatabaseIsUp() {
        application.run(context -> {
            replicated(context);
            Health health = context.getBean(HealthIndicator.class).health();
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails().toString()).doesNotContain(folder.toString());
        });
    }

    @Test
    void nothingReplicatedIsUnknown() {
        application
                .withPropertyValues("litestream.replica-url=")
                .run(context -> assertThat(
                                context.getBean(HealthIndicator.class).health().getStatus())
                        .isEqualTo(Status.UNKNOWN));
    }

    @Test
    void replicaThatIsBehindIsDegradedAndLaterDown() throws Exception {
        Files.writeString(folder.resolve("replica"), "a file where the folder should be");
        application.withPropertyValues("litestream.health.max-lag=1ms").run(context -> {
            Health health = awaitError(context, new Status("DEGRADED"));
            assertThat(health.getDetails().toString()).contains("lastError").doesNotContain(folder.toString());
        });
        application
                .withPropertyValues("litestream.health.max-lag=1ms", "litestream.health.down-after=2ms")
                .run(context -> assertThat(
                                awaitError(context, Status.DOWN).getDetails().toString())
                        .contains("lastError"));
    }

    @Test
    void endpointShowsPositionsAndNoFolders() {
        application.run(context -> {
            replicated(context);
            LitestreamEndpoint endpoint = context.getBean(LitestreamEndpoint.class);
            LitestreamEndpoint.Database main = endpoint.database("main");
            assertThat(main.file()).isEqualTo("app.db");
            assertThat(main.state()).isEqualTo("REPLICATING");
            assertThat(main.replicas().get(0).url()).isEqualTo("file:replica");
            assertThat(main.position()).matches("[0-9a-f]{16}/[0-9a-f]{8}:\\d+");
            assertThat(main.replicas().get(0).position())
                    .startsWith(main.position().substring(0, 17));
            assertThat(endpoint.report().toString()).doesNotContain(folder.toString());
            assertThat(endpoint.database("other")).isNull();
        });
    }

    @Test
    void replicaThatWasDamagedIsDegradedWhenAValidationFindsItAndNotDown() {
        application.run(context -> {
            var main = context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
            replicated(context);
            assertThat(main.validate(Duration.ofSeconds(15)).get("file").outcome())
                    .isEqualTo(ValidationResult.Outcome.VALID);
            assertThat(context.getBean(HealthIndicator.class).health().getStatus())
                    .isEqualTo(Status.UP);

            damageSnapshots();
            assertThat(main.validate(Duration.ofSeconds(15)).get("file").outcome())
                    .isEqualTo(ValidationResult.Outcome.INVALID);
            Health health = context.getBean(HealthIndicator.class).health();
            assertThat(health.getStatus()).isEqualTo(new Status("DEGRADED"));
            assertThat(health.getDetails().toString())
                    .contains("lastProof=INVALID", "damage=")
                    .doesNotContain(folder.toString());
        });
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

    private static Health awaitError(ApplicationContext context, Status status) throws InterruptedException {
        HealthIndicator indicator = context.getBean(HealthIndicator.class);
        for (int i = 0; i < 300; i++) {
            Health health = indicator.health();
            if (health.getDetails().get("main") instanceof Map<?, ?> main
                    && main.get("file") instanceof Map<?, ?> replica
                    && replica.containsKey("lastError")
                    && health.getStatus().equals(status)) {
                return health;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no error: " + indicator.health());
    }
}
