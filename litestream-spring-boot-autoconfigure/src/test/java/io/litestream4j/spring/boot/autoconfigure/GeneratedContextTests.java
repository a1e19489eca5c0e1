package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import io.litestream4j.spring.boot.autoconfigure.metrics.LitestreamMetricsAutoConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aop.support.AopUtils;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.Compiled;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/** What was generated ahead of time is compiled and started. */
@Timeout(120)
class GeneratedContextTests {

    @TempDir
    Path folder;

    private Path database;
    private Path replica;
    private String[] properties;

    /** In both class loaders: DriverManager looks for drivers only once, and would find those of one. */
    @BeforeAll
    static void loadDriver() throws ClassNotFoundException {
        Class.forName("org.sqlite.JDBC");
    }

    @BeforeEach
    void name() {
        database = folder.resolve("data/app.db");
        replica = folder.resolve("replica");
        properties = new String[] {
            "spring.datasource.url=jdbc:sqlite:" + database + "?busy_timeout=5000",
            "built.orders.jdbc-url=jdbc:sqlite:" + folder.resolve("data/orders.db"),
            "litestream.replica-url=" + replica,
            "litestream.databases.orders.replicas.file.url=" + folder.resolve("orders"),
            "litestream.sync-interval=10m",
            "litestream.commit.wait=replicated",
            "litestream.shutdown-timeout=5s",
            "management.info.litestream.enabled=true",
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.litestreamcontrol.access=UNRESTRICTED"
        };
    }

    @Test
    @CompileWithForkedClassLoader
    void startsAsItWouldWithoutAheadOfTimeProcessing() {
        AheadOfTime built = AheadOfTime.process(Application.class, properties);
        assertThat(folder).as("nothing is restored or opened by the build").isEmptyDirectory();
        built.compile(compiled -> {
            try {
                restoresReplicatesAndWaits(built, compiled);
                replicatesOnceWhenThatIsTheModeByNow(built, compiled);
                runsWithoutReplicationWhenDisabledByNow(built, compiled);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private void restoresReplicatesAndWaits(AheadOfTime built, Compiled compiled) throws Exception {
        Sqlite.backUp(replica, folder.resolve("scratch"), "from the backup");
        try (var context = built.start(compiled, new RecordedEnd(), properties)) {
            JdbcTemplate jdbc = WaitingApplication.jdbc(context);
            assertThat(jdbc.queryForList("select text from note", String.class)).containsExactly("from the backup");
            WaitingApplication.commit(context, "by a transaction");
            assertThat(Sqlite.notesIn(replica, folder)).containsExactly("from the backup", "by a transaction");
            context.getBean(Notes.class).add("by a method that waits");
            assertThat(Sqlite.notesIn(replica, folder)).last().isEqualTo("by a method that waits");
            assertThat(context.getBean(LitestreamEndpoint.class).report().databases())
                    .containsOnlyKeys("main", "orders");
            assertThat(context.containsBean("litestreamMetrics")).isTrue();
            assertThat(context.containsBean("litestreamInfoContributor")).isTrue();
            PlatformTransactionManager manager = context.getBean(PlatformTransactionManager.class);
            assertThat(AopUtils.isJdkDynamicProxy(manager)).isTrue();
            assertThat(RuntimeHintsPredicates.proxies()
                            .forInterfaces(manager.getClass().getInterfaces()))
                    .accepts(built.generation().getRuntimeHints());
        }
    }

    private void replicatesOnceWhenThatIsTheModeByNow(AheadOfTime built, Compiled compiled) throws Exception {
        RecordedEnd end = new RecordedEnd();
        String[] once = and("litestream.mode=once");
        Sqlite.execute(folder.resolve("data/orders.db"), "create table note (text text)");
        try (var context = built.start(compiled, end, once)) {
            WaitingApplication.add(context, "by a job");
            context.publishEvent(
                    new ApplicationReadyEvent(new SpringApplication(), new String[0], context, Duration.ZERO));
        }
        assertThat(end.statuses).containsExactly(0);
        assertThat(Sqlite.notesIn(replica, folder)).last().isEqualTo("by a job");
    }

    private String[] and(String... more) {
        return Stream.concat(Stream.of(properties), Stream.of(more)).toArray(String[]::new);
    }

    private void runsWithoutReplicationWhenDisabledByNow(AheadOfTime built, Compiled compiled) throws Exception {
        Sqlite.delete(database);
        List<String> before = Sqlite.notesIn(replica, folder);
        Files.move(replica, folder.resolve("aside"));
        String[] disabled = and("litestream.enabled=false", "litestream.mode=not even read");
        try (var context = built.start(compiled, new RecordedEnd(), disabled)) {
            JdbcTemplate jdbc = WaitingApplication.jdbc(context);
            assertThatThrownBy(() -> jdbc.queryForList("select text from note")).hasMessageContaining("no such table");
            jdbc.execute("create table note (text text)");
            WaitingApplication.commit(context, "for this disk only");
            context.getBean(Notes.class).add("doesn't wait");
            assertThat(litestreamBeans(context)).containsExactly("litestreamDisabled");
        }
        assertThat(replica).doesNotExist();
        assertThat(Sqlite.notesIn(folder.resolve("aside"), folder)).isEqualTo(before);
    }

    private static List<String> litestreamBeans(ApplicationContext context) {
        return List.of(context.getBeanDefinitionNames()).stream()
                .filter(name -> name.startsWith("litestream"))
                .toList();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LitestreamAutoConfiguration.class,
        LitestreamDisabledAutoConfiguration.class,
        LitestreamActuatorAutoConfiguration.class,
        LitestreamInfoAutoConfiguration.class,
        LitestreamMetricsAutoConfiguration.class,
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class
    })
    static class Application {

        @Bean(defaultCandidate = false)
        @ConfigurationProperties("built.orders")
        HikariDataSource ordersDataSource() {
            return new HikariDataSource();
        }

        @Bean
        Notes notes(DataSource dataSource) {
            return new Notes(new JdbcTemplate(dataSource));
        }
    }

    /** Notes how the process would have ended. */
    static class RecordedEnd extends ApplicationEnd {

        private final List<Integer> statuses = new ArrayList<>();

        @Override
        void end(int status) {
            statuses.add(status);
        }
    }

    /** Writes without a transaction. */
    static class Notes {

        private final JdbcTemplate jdbc;

        Notes(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @AwaitReplicated(database = "main")
        public void add(String text) {
            jdbc.update("insert into note values (?)", text);
        }
    }
}
