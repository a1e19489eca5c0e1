package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

/** An application that is compiled ahead of time: the order is in the generated code, and nothing is restored by the build. */
class AheadOfTimeTests {

    @TempDir
    Path folder;

    @Test
    void generatedDataSourceDependsOnTheRestore() {
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation =
                new DefaultGenerationContext(new ClassNameGenerator(ClassName.get("example", "Application")), files);
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.register(Application.class);
            TestPropertyValues.of(
                            "spring.datasource.url=jdbc:sqlite:" + folder.resolve("data/app.db"),
                            "litestream.replica-url=" + folder.resolve("replica"))
                    .applyTo(context);
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
        }
        String dataSource = files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE).entrySet().stream()
                .filter(file -> file.getKey().contains("DataSourceConfiguration"))
                .map(file -> content(file.getValue()))
                .collect(Collectors.joining());
        assertThat(dataSource).containsOnlyOnce("setDependsOn(\"litestreamRestorer\")");
        assertThat(folder).isEmptyDirectory();
    }

    private static String content(org.springframework.core.io.InputStreamSource source) {
        try {
            return new String(source.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({LitestreamAutoConfiguration.class, DataSourceAutoConfiguration.class})
    static class Application {}
}
