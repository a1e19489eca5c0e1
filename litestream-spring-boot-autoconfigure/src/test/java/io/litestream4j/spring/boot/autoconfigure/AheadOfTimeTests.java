package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.ControlReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.DatabaseReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.ReplicaReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.RestorePlanReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.InputStreamSource;

/** An application that is compiled ahead of time: what is generated for it, and what a native image is told. */
class AheadOfTimeTests {

    @TempDir
    Path folder;

    @Test
    void generatedDataSourceDependsOnTheRestore() {
        String dataSource =
                process()
                        .generation()
                        .getGeneratedFiles()
                        .getGeneratedFiles(GeneratedFiles.Kind.SOURCE)
                        .entrySet()
                        .stream()
                        .filter(file -> file.getKey().contains("DataSourceConfiguration"))
                        .map(file -> content(file.getValue()))
                        .collect(Collectors.joining());
        assertThat(dataSource).containsOnlyOnce("setDependsOn(\"litestreamRestorer\")");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void keysCanBeBoundAndAnswersCanBeWrittenInANativeImage() {
        RuntimeHints hints = process().generation().getRuntimeHints();
        Map.of(
                        LitestreamProperties.class, "setReplicaUrl",
                        LitestreamProperties.Database.class, "setPath",
                        LitestreamProperties.Replica.class, "setUrl",
                        ReplicaKeys.class, "setSyncInterval",
                        DatabaseKeys.class, "setMonitorInterval",
                        DatabaseKeys.Restore.class, "setMode",
                        LitestreamProperties.Health.class, "setMaxLag",
                        LitestreamProperties.Commit.class, "setWait")
                .forEach((type, setter) -> assertThat(
                                RuntimeHintsPredicates.reflection().onMethodInvocation(type, setter))
                        .as("%s.%s", type, setter)
                        .accepts(hints));
        Stream.of(
                        LitestreamReport.class,
                        DatabaseReport.class,
                        ReplicaReport.class,
                        ReplicaReport.Validation.class,
                        ReplicaReport.Retention.class,
                        BackupReport.class,
                        BackupReport.StoredGeneration.class,
                        BackupReport.Window.class,
                        BackupReport.StoredSnapshot.class,
                        BackupReport.StoredSegment.class,
                        RestorePlanReport.class,
                        ControlReport.class,
                        ControlReport.Task.class)
                .flatMap(type -> Stream.of(type.getRecordComponents()))
                .forEach(component -> assertThat(readable(component, hints))
                        .as("%s", component.getAccessor())
                        .isTrue());
    }

    private static boolean readable(RecordComponent component, RuntimeHints hints) {
        return RuntimeHintsPredicates.reflection()
                .onMethodInvocation(component.getAccessor())
                .test(hints);
    }

    private AheadOfTime process() {
        return AheadOfTime.process(
                Application.class,
                "spring.datasource.url=jdbc:sqlite:" + folder.resolve("data/app.db"),
                "litestream.replica-url=" + folder.resolve("replica"),
                "management.endpoints.web.exposure.include=*",
                "management.endpoint.litestreamcontrol.access=UNRESTRICTED");
    }

    private static String content(InputStreamSource source) {
        try (InputStream content = source.getInputStream()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LitestreamAutoConfiguration.class,
        LitestreamActuatorAutoConfiguration.class,
        DataSourceAutoConfiguration.class
    })
    static class Application {}
}
