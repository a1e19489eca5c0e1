package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both endpoints as an operator meets them, and who may do what. */
@Timeout(120)
class EndpointsOverHttpTests {

    private static final String ALL = "management.endpoints.web.exposure.include=*";
    private static final String OPEN = "management.endpoint.litestreamcontrol.access=unrestricted";

    @TempDir
    Path folder;

    @BeforeEach
    void create() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Sqlite.create(folder.resolve("data/app.db"), "one");
    }

    @Test
    void bySpringBootsDefaultsOnlyTheHealthWithoutDetailsIsSeen() throws Exception {
        try (WebApplication application = start().replicated()) {
            assertThat(application.get("/actuator/health").body()).doesNotContain("litestream", "main");
            assertThat(application.get("/actuator/litestream").statusCode()).isEqualTo(404);
            assertThat(application.get("/actuator/litestreamcontrol").statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void exposingEverythingOpensWhatReadsAndNotWhatActs() throws Exception {
        try (WebApplication application =
                start(ALL, "management.endpoint.health.show-details=always").replicated()) {
            assertThat(application.get("/actuator/health").body()).contains("\"litestream\"", "\"pendingBytes\":0");
            assertThat(application.get("/actuator/litestream/main").body())
                    .contains("\"file\":\"app.db\"", "\"url\":\"file:replica\"");
            assertThat(application.post("/actuator/litestream").statusCode()).isEqualTo(405);
            assertThat(application.get("/actuator/litestreamcontrol").statusCode())
                    .isEqualTo(404);
            assertThat(application.post("/actuator/litestreamcontrol/main/sync").statusCode())
                    .isEqualTo(404);
            for (String path : List.of("", "/main", "/main/generations", "/main/wal", "/main/restore-plan")) {
                assertThat(application.get("/actuator/litestream" + path).body())
                        .doesNotContain(folder.toString());
            }
        }
    }

    @Test
    void readOnlyAccessAndTheLidOnAllAccessKeepItFromActing() throws Exception {
        try (WebApplication application = start(ALL, "management.endpoint.litestreamcontrol.access=read-only")) {
            assertThat(application.get("/actuator/litestreamcontrol").body())
                    .contains("\"actions\":[\"sync\",\"snapshot\",\"validate\",\"retention\"]");
            assertThat(application.post("/actuator/litestreamcontrol/main/sync").statusCode())
                    .isEqualTo(404);
        }
        try (WebApplication application = start(ALL, OPEN, "management.endpoints.access.max-permitted=read-only")) {
            assertThat(application.post("/actuator/litestreamcontrol/main/sync").statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void eachActionAnswersWhenItIsDone() throws Exception {
        try (WebApplication application = start(ALL, OPEN).replicated()) {
            Sqlite.execute(folder.resolve("data/app.db"), "insert into note values ('two')");
            assertThat(application.post("/actuator/litestreamcontrol/main/sync"))
                    .satisfies(response -> assertThat(response.statusCode()).isEqualTo(200))
                    .satisfies(
                            response -> assertThat(response.body()).contains("\"status\":\"DONE\"", "\"position\":\""));
            assertThat(Sqlite.notesIn(folder.resolve("replica"), folder.resolve("scratch")))
                    .containsExactly("one", "two");
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/snapshot")
                            .body())
                    .contains("\"status\":\"DONE\"");
            assertThat(application.get("/actuator/litestream/main/snapshots").body())
                    .contains("\"total\":2");
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/validate?replica=file&timeout=30s")
                            .body())
                    .contains("\"validations\":{\"file\":{\"outcome\":\"VALID\"");
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/retention")
                            .body())
                    .contains("\"retentions\":{\"file\":{");
            assertThat(application.get("/actuator/litestreamcontrol").body())
                    .contains("\"action\":\"sync\"", "\"action\":\"snapshot\"", "\"action\":\"validate\"")
                    .doesNotContain(folder.toString(), "RUNNING");
        }
    }

    @Test
    void wrongNamesAndValuesSayWhatToWrite() throws Exception {
        try (WebApplication application = start(ALL, OPEN).replicated()) {
            assertThat(application.get("/actuator/litestream/orders"))
                    .satisfies(response -> assertThat(response.statusCode()).isEqualTo(404))
                    .satisfies(response -> assertThat(response.body()).contains("\"available\":[\"main\"]"));
            assertThat(application
                            .post("/actuator/litestreamcontrol/orders/sync")
                            .body())
                    .contains("\"available\":[\"main\"]");
            assertThat(application.post("/actuator/litestreamcontrol/main/drop").body())
                    .contains("\"available\":[\"retention\",\"snapshot\",\"sync\",\"validate\"]");
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/validate?replica=gcs")
                            .body())
                    .contains("\"available\":[\"file\"]");
            for (String wrong : List.of("timeout=soon", "timeout=11m", "timeout=-1s", "replica=file")) {
                assertThat(application.post("/actuator/litestreamcontrol/main/sync?" + wrong))
                        .satisfies(response -> assertThat(response.statusCode()).isEqualTo(400))
                        .satisfies(response -> assertThat(response.body()).contains(wrong));
            }
            assertThat(application.get("/actuator/litestream/main/wal?limit=many"))
                    .satisfies(response -> assertThat(response.statusCode()).isEqualTo(400))
                    .satisfies(response -> assertThat(response.body()).contains("limit=many"));
        }
    }

    @Test
    void whatTakesTooLongGoesOnAndIsJoinedByWhoAsksAgain() throws Exception {
        TestReplica replica = SecondReplica.in(folder.resolve("second"));
        try (WebApplication application = WebApplication.start(folder, List.of(SecondReplica.class), ALL, OPEN)
                .replicated()) {
            replica.hang(true);
            assertThat(application.post("/actuator/litestreamcontrol/main/snapshot?timeout=50ms"))
                    .satisfies(response -> assertThat(response.statusCode()).isEqualTo(202))
                    .satisfies(response -> assertThat(response.body()).contains("\"status\":\"RUNNING\"", "\"look\""));
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/snapshot?timeout=50ms")
                            .statusCode())
                    .isEqualTo(202);
            assertThat(controlThreads()).isEqualTo(1);
            assertThat(application.get("/actuator/litestreamcontrol").body()).contains("\"status\":\"RUNNING\"");
            replica.hang(false);
            Eventually.holds(
                    "the end of the snapshot",
                    () -> application.get("/actuator/litestreamcontrol").body().contains("\"status\":\"DONE\""));

            // a replica that hangs hides nothing of the others, and is asked no longer than it may be
            replica.listingsToo().fail(true);
            assertThat(application.get("/actuator/litestream/main/snapshots").body())
                    .contains("\"unreachable\":{\"test\":\"", "the replica is down", "\"replica\":\"file\"");
        } finally {
            replica.fail(true).hang(false);
        }
        Eventually.holds("no thread is left", () -> controlThreads() == 0);
    }

    @Test
    void whatIsNotReplicatedNowIsAConflict() throws Exception {
        try (WebApplication application = start(ALL, OPEN).replicated()) {
            application.context().getBean(LitestreamLifecycle.class).stop();
            assertThat(application.post("/actuator/litestreamcontrol/main/snapshot"))
                    .satisfies(response -> assertThat(response.statusCode()).isEqualTo(409))
                    .satisfies(response ->
                            assertThat(response.body()).contains("main is not being replicated now: STOPPED"));
            assertThat(application.get("/actuator/litestream").body())
                    .contains("\"status\":\"UNKNOWN\"", "\"state\":\"STOPPED\"");
        }
        Sqlite.delete(folder.resolve("data/app.db"));
        try (WebApplication application = start(ALL, OPEN, "litestream.restore.mode=never")) {
            assertThat(application.post("/actuator/litestreamcontrol/main/snapshot"))
                    .satisfies(response -> assertThat(response.statusCode()).isEqualTo(409))
                    .satisfies(response ->
                            assertThat(response.body()).contains("main is not being replicated now: WAITING"));
        }
    }

    @Test
    void jmxHasTheSameUnderTheSameRules() throws Exception {
        String[] jmx = {
            "spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=*", "spring.jmx.unique-names=true"
        };
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try (WebApplication application = start(jmx).replicated()) {
            assertThat(application.context().isRunning()).isTrue();
            ObjectName read = bean(server, "Litestream");
            String report = String.valueOf(server.invoke(read, "report", new Object[0], new String[0]));
            assertThat(report).contains("app.db", "file:replica").doesNotContain(folder.toString());
            String[] two = {"java.lang.String"};
            assertThatThrownBy(() -> server.invoke(read, "database", new Object[] {"orders"}, two))
                    .rootCause()
                    .hasMessageContaining("there are [main]");
            assertThat(server.queryNames(new ObjectName("*:type=Endpoint,name=Litestreamcontrol,*"), null))
                    .isEmpty();
        }
    }

    private static ObjectName bean(MBeanServer server, String name) throws Exception {
        return server.queryNames(new ObjectName("org.springframework.boot:type=Endpoint,name=" + name + ",*"), null)
                .iterator()
                .next();
    }

    private static long controlThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("litestream-control"))
                .count();
    }

    private WebApplication start(String... properties) {
        return WebApplication.start(folder, List.of(), properties);
    }
}
