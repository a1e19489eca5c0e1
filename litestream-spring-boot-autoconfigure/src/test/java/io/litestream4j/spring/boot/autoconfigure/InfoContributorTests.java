package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.info.InfoEndpointAutoConfiguration;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.actuate.info.InfoEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.sqlite.SQLiteJDBCLoader;

/** What {@code /actuator/info} says. */
class InfoContributorTests {

    @TempDir
    Path folder;

    private ApplicationContextRunner application(String... properties) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LitestreamAutoConfiguration.class,
                        LitestreamInfoAutoConfiguration.class,
                        InfoContributorAutoConfiguration.class,
                        InfoEndpointAutoConfiguration.class))
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=*",
                        "litestream.databases.main.path=" + folder.resolve("app.db"),
                        "litestream.databases.orders.path=" + folder.resolve("orders.db"),
                        "litestream.databases.orders.replicas.offsite.url=" + folder.resolve("replica/orders"),
                        "litestream.replica-url=" + folder.resolve("replica/main"))
                .withPropertyValues(properties);
    }

    @Test
    void namesAndKindsAreShownWhereItIsSwitchedOn() {
        application("management.info.litestream.enabled=true").run(context -> {
            Map<String, Object> info = context.getBean(InfoEndpoint.class).info();
            assertThat(info.get("litestream"))
                    .isEqualTo(Map.of(
                            "sqliteVersion", sqliteVersion(),
                            "databases", Set.of("main", "orders"),
                            "replicas", Map.of("main", Map.of("file", "file"), "orders", Map.of("offsite", "file"))));
            assertThat(info.toString()).doesNotContain(folder.toString());
        });
    }

    /** The driver's version is SQLite's and one more number. */
    private static String sqliteVersion() {
        return SQLiteJDBCLoader.getVersion().replaceAll("\\.\\d+$", "");
    }

    @Test
    void startsWithoutActuator() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(LitestreamAutoConfiguration.class, LitestreamInfoAutoConfiguration.class))
                .withPropertyValues("management.info.litestream.enabled=true")
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("litestreamInfoContributor"));
    }

    @Test
    void nothingIsShownByDefaultEvenWhereAllOthersAre() {
        application("management.info.defaults.enabled=true")
                .run(context -> assertThat(context).doesNotHaveBean("litestreamInfoContributor"));
    }

    @Test
    void nothingIsShownWhileReplicationIsSwitchedOff() {
        application("management.info.litestream.enabled=true", "litestream.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("litestreamInfoContributor"));
    }

    @Test
    void backsOffWhenTheApplicationHasItsOwn() {
        application("management.info.litestream.enabled=true")
                .withBean(
                        "litestreamInfoContributor",
                        InfoContributor.class,
                        () -> builder -> builder.withDetail("litestream", "own"))
                .run(context ->
                        assertThat(context.getBean(InfoEndpoint.class).info()).containsEntry("litestream", "own"));
    }
}
