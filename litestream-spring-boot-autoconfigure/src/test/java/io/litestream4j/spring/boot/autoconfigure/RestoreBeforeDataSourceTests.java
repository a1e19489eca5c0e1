package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.sqlite.SQLiteDataSource;

/** Whatever way a DataSource comes into being: the restore is before it. */
class RestoreBeforeDataSourceTests {

    @TempDir
    Path folder;

    private Path database;
    private ApplicationContextRunner runner;

    @BeforeEach
    void backUp() throws Exception {
        database = folder.resolve("data").resolve("app.db");
        Sqlite.backUp(folder.resolve("replica"), folder.resolve("scratch"), "from the backup");
        runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LitestreamAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        JdbcClientAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + database,
                        "litestream.replica-url=" + folder.resolve("replica"));
    }

    @Test
    void poolOfSpringBoot() {
        runner.run(this::hasRestoredRow);
    }

    @Test
    void lazyInitialization() {
        runner.withInitializer(context -> context.addBeanFactoryPostProcessor(
                        new org.springframework.boot.LazyInitializationBeanFactoryPostProcessor()))
                .run(this::hasRestoredRow);
    }

    @Test
    void connectionsFetchedLazily() {
        runner.withPropertyValues("spring.datasource.connection-fetch=lazy").run(this::hasRestoredRow);
    }

    @Test
    void ownPoolThatOpensInItsBeanMethod() {
        runner.withUserConfiguration(EagerPool.class).run(this::hasRestoredRow);
    }

    @Test
    void routingDataSourceWithTargetsThatAreNoBeans() {
        runner.withUserConfiguration(Routing.class).run(this::hasRestoredRow);
    }

    @Test
    void factoryBean() {
        runner.withUserConfiguration(TypedFactory.class).run(this::hasRestoredRow);
    }

    @Test
    void beanRegisteredWithASupplier() {
        runner.withInitializer(context -> ((GenericApplicationContext) context)
                        .registerBean("supplied", DataSource.class, () -> eagerPool(database)))
                .run(this::hasRestoredRow);
    }

    @Test
    void dataSourceThatIsNotACandidateForInjection() {
        runner.withUserConfiguration(HiddenFromInjection.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(((HiddenFromInjection.Seen) context.getBean("seen")).count())
                    .isEqualTo(1);
        });
    }

    @Test
    void flywayMigratesTheRestoredDatabase() {
        runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                .withPropertyValues("spring.flyway.baseline-on-migrate=true", "spring.flyway.baseline-version=0")
                .run(context -> {
                    hasRestoredRow(context);
                    assertThat(context.getBean(JdbcTemplate.class)
                                    .queryForObject("select text from copied", String.class))
                            .isEqualTo("from the backup");
                });
    }

    @Test
    void jpa() {
        runner.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
                .withPropertyValues("spring.jpa.hibernate.ddl-auto=none")
                .run(this::hasRestoredRow);
    }

    @Test
    void dataSourceRegisteredAsAnObjectThatOpensLater() {
        runner.withInitializer(context -> context.getBeanFactory().registerSingleton("object", lazyDataSource()))
                .run(this::hasRestoredRow);
    }

    @Test
    void dataSourceRegisteredAsAnObjectThatIsOpenStopsTheStart() {
        try (HikariDataSource open = eagerPool(database())) {
            runner.withInitializer(context -> context.getBeanFactory().registerSingleton("object", open))
                    .run(this::saysThatItWasOpenedBefore);
        }
    }

    @Test
    void beanMethodThatHidesTheDataSourceStopsTheStart() {
        runner.withUserConfiguration(HiddenType.class).run(this::saysThatItWasOpenedBefore);
    }

    @Test
    void factoryBeanThatHidesTheDataSourceStopsTheStart() {
        runner.withUserConfiguration(RawFactory.class).run(this::saysThatItWasOpenedBefore);
    }

    @Test
    void hiddenDataSourceThatDependsOnTheRestorerIsFine() {
        runner.withUserConfiguration(HiddenTypeWithRemedy.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(Sqlite.notes(database)).containsExactly("from the backup");
        });
    }

    @Test
    void remedyDoesNoHarmWhenReplicationIsSwitchedOff() {
        runner.withConfiguration(AutoConfigurations.of(LitestreamDisabledAutoConfiguration.class))
                .withUserConfiguration(HiddenTypeWithRemedy.class)
                .withPropertyValues("litestream.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().hasBean("aHiddenPool"));
    }

    private void hasRestoredRow(ApplicationContext context) {
        assertThat(context.getBean(JdbcTemplate.class).queryForList("select text from note", String.class))
                .containsExactly("from the backup");
    }

    private void saysThatItWasOpenedBefore(
            org.springframework.boot.test.context.assertj.AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        Analyzed analyzed = Analyzed.of(context.getStartupFailure());
        assertThat(analyzed.description()).contains(database.toString(), "was opened by this application before");
        assertThat(analyzed.action()).contains("javax.sql.DataSource", "@DependsOn(\"litestreamRestorer\")");
    }

    private Path database() {
        database.getParent().toFile().mkdirs();
        return database;
    }

    private DataSource lazyDataSource() {
        SQLiteDataSource dataSource = new SQLiteDataSource();
        dataSource.setUrl("jdbc:sqlite:" + database);
        return dataSource;
    }

    private static HikariDataSource eagerPool(Path database) {
        database.getParent().toFile().mkdirs();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:sqlite:" + database);
        return new HikariDataSource(config);
    }

    private static Path file(String url) {
        return Path.of(url.substring("jdbc:sqlite:".length()));
    }

    @Configuration(proxyBeanMethods = false)
    static class EagerPool {

        @Bean
        HikariDataSource ownPool(@Value("${spring.datasource.url}") String url) {
            return eagerPool(file(url));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Routing {

        @Bean
        DataSource routing(@Value("${spring.datasource.url}") String url) {
            AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {
                @Override
                protected Object determineCurrentLookupKey() {
                    return "only";
                }
            };
            routing.setTargetDataSources(Map.of("only", eagerPool(file(url))));
            return routing;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TypedFactory {

        @Bean
        FactoryBean<DataSource> made(@Value("${spring.datasource.url}") String url) {
            return new FactoryBean<>() {
                private final DataSource dataSource = eagerPool(file(url));

                @Override
                public DataSource getObject() {
                    return dataSource;
                }

                @Override
                public Class<?> getObjectType() {
                    return DataSource.class;
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HiddenFromInjection {

        record Seen(int count) {}

        @Bean(autowireCandidate = false)
        DataSource aside(@Value("${spring.datasource.url}") String url) {
            return eagerPool(file(url));
        }

        @Bean
        Seen seen(ApplicationContext context) {
            return new Seen(new JdbcTemplate((DataSource) context.getBean("aside"))
                    .queryForObject("select count(*) from note", Integer.class));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HiddenType {

        @Bean
        AutoCloseable aHiddenPool(@Value("${spring.datasource.url}") String url) {
            return eagerPool(file(url));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HiddenTypeWithRemedy {

        @Bean
        @org.springframework.context.annotation.DependsOn(LitestreamRestorer.BEAN_NAME)
        AutoCloseable aHiddenPool(@Value("${spring.datasource.url}") String url) {
            return eagerPool(file(url));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class RawFactory {

        @Bean
        @SuppressWarnings("rawtypes")
        FactoryBean aRawFactory(@Value("${spring.datasource.url}") String url) {
            return new FactoryBean<Object>() {
                private final DataSource dataSource = eagerPool(file(url));

                @Override
                public Object getObject() {
                    return dataSource;
                }

                @Override
                public Class<?> getObjectType() {
                    return null;
                }
            };
        }
    }
}
