package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/** Every optional dependency may be missing: the database is replicated all the same. */
class AbsentDependencyTests {

    @TempDir
    Path folder;

    /** What is missing: jars, by regular expressions, and the beans that go with them. */
    record Absent(String name, List<String> jars, List<String> beans) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Absent> EACH = List.of(
            new Absent(
                    "actuator and health",
                    List.of("spring-boot-actuator.*", "spring-boot-health-.*"),
                    List.of(
                            "litestreamEndpoint",
                            "litestreamHealthIndicator",
                            "litestreamSanitizingFunction",
                            "litestreamInfoContributor")),
            new Absent("health", List.of("spring-boot-health-.*"), List.of("litestreamHealthIndicator")),
            new Absent(
                    "Micrometer", List.of("micrometer-.*", "spring-boot-micrometer.*"), List.of("litestreamMetrics")),
            new Absent(
                    "AWS SDK",
                    List.of("s3-.*", "spring-cloud-aws-.*", "aws-.*", "sdk-core.*"),
                    List.of("litestreamS3ReplicaClients", "litestreamLazyS3Definitions")),
            new Absent("Spring Cloud AWS", List.of("spring-cloud-aws-.*"), List.of("litestreamLazyS3Definitions")),
            new Absent("Spring Boot's JDBC", List.of("spring-boot-jdbc-.*"), List.of("litestreamConnectionDetailsUrl")),
            new Absent("Hikari", List.of("HikariCP-.*"), List.of()),
            new Absent(
                    "transactions and JDBC",
                    List.of("spring-tx-.*", "spring-jdbc-.*", "spring-boot-(jdbc|transaction)-.*"),
                    List.of("litestreamCommitWakeUp", "litestreamCommitWaits", "litestreamConnectionDetailsUrl")),
            new Absent("SnakeYAML", List.of("snakeyaml-.*"), List.of()),
            new Absent(
                    "Testcontainers and Docker Compose",
                    List.of("testcontainers-.*", "spring-boot-testcontainers-.*", "spring-boot-docker-compose-.*"),
                    List.of()));

    static Stream<Absent> absent() {
        Absent all = new Absent(
                "everything optional",
                EACH.stream().flatMap(each -> each.jars().stream()).toList(),
                optionalBeans().toList());
        return Stream.concat(Stream.of(new Absent("nothing", List.of(), List.of()), all), EACH.stream());
    }

    private static Stream<String> optionalBeans() {
        return EACH.stream().flatMap(each -> each.beans().stream()).distinct();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("absent")
    void databaseIsReplicatedWithout(Absent absent) throws Exception {
        Path database = folder.resolve("app.db");
        Path replica = folder.resolve("replica");
        Sqlite.create(database, "one");
        List<String> present = new ArrayList<>();
        try (ReducedClassPath classPath = ReducedClassPath.without(absent.jars())) {
            Object[] beans =
                    (Object[]) classPath.call(Application.class, "replicate", database.toString(), replica.toString());
            Stream.of(beans).forEach(bean -> present.add((String) bean));
        }
        assertThat(present).contains("litestreamRestorer", "litestreamLifecycle", "litestream");
        assertThat(optionalBeans().filter(bean -> !present.contains(bean)))
                .containsExactlyInAnyOrderElementsOf(absent.beans());
        assertThat(Sqlite.notesIn(replica, folder)).containsExactly("one");
    }

    /** Runs with the classes of a reduced class path. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        static String[] replicate(String database, String replica) throws Exception {
            try (var context = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties(
                            "spring.main.banner-mode=off",
                            "spring.docker.compose.enabled=false",
                            "management.endpoints.web.exposure.include=*",
                            "management.info.litestream.enabled=true",
                            "spring.datasource.url=jdbc:sqlite:" + database,
                            "litestream.databases.main.path=" + database,
                            "litestream.replica-url=" + replica)
                    .run()) {
                if (!context.getBean(LitestreamDatabases.class)
                        .find("main")
                        .orElseThrow()
                        .syncAll(Duration.ofSeconds(15))) {
                    throw new IllegalStateException("not replicated");
                }
                return context.getBeanDefinitionNames();
            }
        }
    }
}
