package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class LitestreamHealthTests {

    private static final Status DEGRADED = new Status("DEGRADED");

    @TempDir
    Path folder;

    private Path database;
    private TestReplica replica;

    @BeforeEach
    void create() {
        database = folder.resolve("app.db");
        replica = new TestReplica(folder.resolve("replica"));
        Sqlite.create(database, "one");
    }

    @AfterEach
    void release() {
        replica.fail(true).hang(false);
    }

    private ApplicationContextRunner application(String... properties) {
        return Runners.jdbc(database, folder.resolve("other"))
                .withConfiguration(AutoConfigurations.of(LitestreamActuatorAutoConfiguration.class))
                .withBean("testReplica", ReplicatedDatabaseCustomizer.class, () -> replica.customizer(Duration.ZERO))
                .withPropertyValues("management.endpoints.web.exposure.include=*", "litestream.shutdown-timeout=200ms")
                .withPropertyValues(properties);
    }

    @Test
    void unknownBeforeTheFirstConfirmationAndUpWithIt() {
        replica.hang(true);
        application().run(context -> {
            Health before = health(context);
            assertThat(before.getStatus()).isEqualTo(Status.UNKNOWN);
            assertThat(of(before, "test"))
                    .hasEntrySatisfying("status", status -> assertThat(status).hasToString("UNKNOWN"))
                    .extractingByKey("why")
                    .asString()
                    .contains("has not confirmed anything yet");
            replica.hang(false);
            Eventually.everythingIsShipped(
                    context.getBean(LitestreamDatabases.class).find("main").orElseThrow());
            Eventually.holds("health is UP", () -> health(context).getStatus().equals(Status.UP));
            Health health = health(context);
            assertThat(of(health, "test")).doesNotContainKey("why").containsEntry("pendingBytes", 0L);
            assertThat(health.getDetails().toString()).doesNotContain(folder.toString());
        });
    }

    @Test
    void nothingReplicatedIsUnknown() {
        Runners.jdbc()
                .withConfiguration(AutoConfigurations.of(LitestreamActuatorAutoConfiguration.class))
                .withPropertyValues("spring.datasource.url=jdbc:sqlite:" + database)
                .run(context -> assertThat(health(context).getStatus()).isEqualTo(Status.UNKNOWN));
    }

    @Test
    void replicaThatIsBehindIsDegradedAndSaysWhy() {
        application("litestream.health.max-lag=1ms").run(context -> {
            onEveryReplica(context);
            replica.fail(true);
            Sqlite.execute(database, "insert into note values ('two')");
            Eventually.holds(
                    "DEGRADED with the error",
                    () -> health(context).getStatus().equals(DEGRADED)
                            && of(health(context), "test").containsKey("lastError"));
            assertThat(of(health(context), "test").get("why").toString())
                    .contains("test has confirmed nothing for", "bytes wait", "the replica is down");
            assertThat(health(context).getDetails().toString()).doesNotContain(folder.toString());
        });
    }

    @Test
    void uploadThatHangsIsNamedAsThePhaseAndSaidOnceInTheLog(CapturedOutput output) {
        application("litestream.health.max-lag=1500ms").run(context -> {
            onEveryReplica(context);
            replica.hang(true);
            Sqlite.execute(database, "insert into note values ('two')");
            Eventually.holds(
                    "DEGRADED by the upload that hangs",
                    () -> String.valueOf(of(health(context), "test").get("why")).contains("UPLOAD, under way since"));
            assertThat(health(context).getStatus()).isEqualTo(DEGRADED);
            Eventually.holds("the line of the log", () -> output.getOut().contains("Litestream: main is DEGRADED: "));
            replica.hang(false);
            Eventually.holds("the end of it", () -> output.getOut().contains("Litestream: main is UP again"));
            assertThat(output.getOut()).containsOnlyOnce("Litestream: main is DEGRADED: test has confirmed nothing");
        });
    }

    @Test
    void downOnlyWhereThatIsAskedFor() {
        application("litestream.health.max-lag=1ms", "litestream.health.down-after=2ms")
                .run(context -> {
                    onEveryReplica(context);
                    replica.fail(true);
                    Sqlite.execute(database, "insert into note values ('two')");
                    Eventually.holds("DOWN", () -> health(context).getStatus().equals(Status.DOWN));
                });
    }

    private static void onEveryReplica(ApplicationContext context) throws InterruptedException {
        assertThat(context.getBean(LitestreamDatabases.class)
                        .find("main")
                        .orElseThrow()
                        .syncAll(Duration.ofSeconds(20)))
                .isTrue();
    }

    private static Health health(ApplicationContext context) {
        return context.getBean(HealthIndicator.class).health();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> of(Health health, String replica) {
        Map<String, Object> main = (Map<String, Object>) health.getDetails().get("main");
        return (Map<String, Object>) ((Map<String, Object>) main.get("replicas")).get(replica);
    }
}
