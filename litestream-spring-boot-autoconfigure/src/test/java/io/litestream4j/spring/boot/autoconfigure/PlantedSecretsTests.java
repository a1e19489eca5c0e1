package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Keys are planted, and looked for in every answer of the actuator, in the log at TRACE, in exceptions, in {@code toString}
 * and in the names of threads: where all goes well, and where the storage refuses, is away, or the start fails.
 */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class PlantedSecretsTests {

    private static final String KMS_KEY = "canary-kms-key";
    private static final Pattern LINK = Pattern.compile("\"href\":\"http://[^/]+(/actuator[^\"{]*)\"");
    private static final String[] TALKATIVE = {
        "management.endpoints.web.exposure.include=*",
        "management.endpoint.litestreamcontrol.access=unrestricted",
        "management.endpoint.env.show-values=always",
        "management.endpoint.configprops.show-values=always",
        "management.endpoint.health.show-details=always",
        "management.info.env.enabled=true",
        "management.info.litestream.enabled=true",
        "logging.level.io.litestream4j=trace",
        "litestream.replica-url=s3://" + S3Store.BUCKET + "/app",
    };

    @TempDir
    Path folder;

    private S3Store store;

    @BeforeEach
    void start() throws Exception {
        store = S3Store.start(folder.resolve("store"));
        Files.createDirectories(folder.resolve("data"));
        Sqlite.create(folder.resolve("data/app.db"), "one");
    }

    @AfterEach
    void stop() {
        store.close();
    }

    @Test
    void nothingShowsAKeyWhereAllGoesWell(CapturedOutput output) throws Exception {
        try (WebApplication application =
                start(S3Store.SECRET, store.endpoint()).replicated()) {
            List<String> answers = everythingShown(application);
            assertThat(answers).anyMatch(answer -> answer.contains("s3://backups/app"));
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/validate")
                            .body())
                    .contains("VALID");
            assertClean(answers);
        }
        assertClean(List.of(output.getAll()));
    }

    @Test
    void nothingShowsAKeyWhereTheStorageRefusesIt(CapturedOutput output) throws Exception {
        try (WebApplication application = start("canary-wrong", store.endpoint())) {
            Eventually.holds(
                    "403 is in the health",
                    () -> application.get("/actuator/health").body().contains("lastError"));
            assertClean(everythingShown(application));
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/snapshot?timeout=200ms")
                            .statusCode())
                    .isIn(202, 503);
        }
        assertClean(List.of(output.getAll()));
    }

    @Test
    void failedStartTellsNoKey(CapturedOutput output) throws Exception {
        Sqlite.delete(folder.resolve("data/app.db"));
        Throwable refused = catchThrowable(() -> start("canary-wrong", store.endpoint()));
        Throwable away = catchThrowable(() -> start(S3Store.SECRET, "http://127.0.0.1:1"));
        Throwable wrongKey = catchThrowable(() -> start(
                S3Store.SECRET, store.endpoint(), "litestream.sse=canary-sse", "litestream.sse-kms-key-id=" + KMS_KEY));
        assertThat(List.of(refused, away, wrongKey)).doesNotContainNull();
        assertClean(List.of(stackTrace(refused), stackTrace(away)));
        assertClean(List.of(output.getAll().replace("canary-sse", "the value of litestream.sse, which is no secret")));
    }

    private WebApplication start(String secret, String endpoint, String... more) {
        List<String> properties = new ArrayList<>(List.of(TALKATIVE));
        properties.addAll(List.of(
                "litestream.endpoint=" + endpoint,
                "litestream.access-key-id=" + S3Store.KEY_ID,
                "litestream.secret-access-key=" + secret));
        properties.addAll(List.of(more));
        return WebApplication.start(folder, List.of(), properties.toArray(String[]::new));
    }

    private static List<String> everythingShown(WebApplication application) throws Exception {
        List<String> shown = new ArrayList<>();
        Matcher links = LINK.matcher(application.get("/actuator").body());
        while (links.find()) {
            if (!links.group(1).endsWith("heapdump")) {
                shown.add(application.get(links.group(1)).body());
            }
        }
        assertThat(shown).hasSizeGreaterThan(10);
        for (String view : List.of("main", "main/generations", "main/snapshots", "main/wal", "main/restore-plan")) {
            shown.add(application.get("/actuator/litestream/" + view).body());
        }
        ConfigurableListableBeanFactory beans = application.context().getBeanFactory();
        for (String name : beans.getSingletonNames()) {
            Object bean = beans.getSingleton(name);
            if (bean != null && bean.getClass().getName().startsWith("io.litestream4j")) {
                shown.add(name + " " + bean);
            }
        }
        Thread.getAllStackTraces().keySet().forEach(thread -> shown.add(thread.getName()));
        return shown;
    }

    private static void assertClean(List<String> texts) {
        for (String text : texts) {
            assertThat(text)
                    .doesNotContainIgnoringCase(S3Store.KEY_ID)
                    .doesNotContainIgnoringCase("canary")
                    .doesNotContain("Signature=");
        }
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
