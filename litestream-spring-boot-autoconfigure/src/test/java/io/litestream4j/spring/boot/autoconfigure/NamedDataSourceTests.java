package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.sqlite.SQLiteDataSource;

/** A database without a path is the DataSource of its name: its file is found before the DataSource exists. */
class NamedDataSourceTests {

    @TempDir
    Path folder;

    private ApplicationContextRunner application;

    @BeforeEach
    void backups() throws Exception {
        Sqlite.backUp(folder.resolve("backup-main"), folder.resolve("scratch"), "main");
        Sqlite.backUp(folder.resolve("backup-orders"), folder.resolve("scratch"), "orders");
        application = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LitestreamAutoConfiguration.class))
                .withPropertyValues(
                        "litestream.replica-url=" + folder.resolve("backup-main"),
                        "litestream.databases.orders.replicas.copy.url=" + folder.resolve("backup-orders"));
    }

    private static String note(DataSource dataSource) {
        return new JdbcTemplate(dataSource).queryForObject("select text from note", String.class);
    }

    @Test
    void dataSourcesBoundToProperties() {
        application
                .withUserConfiguration(Bound.class)
                .withPropertyValues(
                        "app.main.jdbc-url=jdbc:sqlite:" + folder.resolve("m.db"),
                        "app.orders.jdbc-url=jdbc:sqlite:" + folder.resolve("o.db"))
                .run(context -> {
                    assertThat(note(context.getBean("mainOne", DataSource.class)))
                            .isEqualTo("main");
                    assertThat(note(context.getBean("ordersDataSource", DataSource.class)))
                            .isEqualTo("orders");
                });
    }

    /** Where an application has a primary DataSource of its own, spring.datasource.* belongs to another one. */
    @Test
    void urlOfASecondDataSourceIsNotTakenForThePrimaryOne() {
        application
                .withUserConfiguration(Bound.class)
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + folder.resolve("another.db"),
                        "app.main.jdbc-url=jdbc:sqlite:" + folder.resolve("m.db"),
                        "app.orders.jdbc-url=jdbc:sqlite:" + folder.resolve("o.db"))
                .run(context -> {
                    assertThat(note(context.getBean("mainOne", DataSource.class)))
                            .isEqualTo("main");
                    assertThat(folder.resolve("another.db")).doesNotExist();
                });
    }

    @Test
    void poolBesideItsDataSourceProperties() {
        application
                .withUserConfiguration(PoolOfProperties.class)
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + folder.resolve("m.db"),
                        "app.orders.url=jdbc:sqlite:" + folder.resolve("o.db"),
                        "app.orders.configuration.maximum-pool-size=2")
                .run(context -> assertThat(note(context.getBean("orders", DataSource.class)))
                        .isEqualTo("orders"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"spring.datasource.orders.url", "spring.datasource.orders.jdbc-url"})
    void dataSourceMadeByHandFromTheUsualKeys(String key) {
        application
                .withUserConfiguration(ByHand.class)
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + folder.resolve("m.db"),
                        "test.url=jdbc:sqlite:" + folder.resolve("o.db"),
                        key + "=jdbc:sqlite:" + folder.resolve("o.db"))
                .run(context -> assertThat(note(context.getBean("orders", DataSource.class)))
                        .isEqualTo("orders"));
    }

    @Test
    void dataSourceWhoseFileCannotBeKnown() {
        application
                .withUserConfiguration(ByHand.class)
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + folder.resolve("m.db"),
                        "test.url=jdbc:sqlite:" + folder.resolve("o.db"))
                .run(context -> {
                    assertThat(context).hasFailed();
                    Analyzed failure = Analyzed.of(context.getStartupFailure());
                    assertThat(failure.description()).contains("\"orders\"", "before it exists");
                    assertThat(failure.action()).contains("Set litestream.databases.orders.path");
                });
    }

    @Test
    void withoutADataSourceOfItsNameItIsThePrimaryOne() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LitestreamAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + folder.resolve("m.db"),
                        "litestream.databases.orders.replicas.copy.url=" + folder.resolve("backup-orders"))
                .run(context -> {
                    assertThat(context.getBean(LitestreamDatabases.class).names())
                            .containsExactly("orders");
                    assertThat(Sqlite.notes(folder.resolve("m.db"))).containsExactly("orders");
                });
    }

    @Test
    void twoDatabasesThatMeanThePrimaryDataSource() {
        application
                .withPropertyValues("spring.datasource.url=jdbc:sqlite:" + folder.resolve("m.db"))
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(Analyzed.of(context.getStartupFailure()).action())
                            .contains("litestream.databases.");
                });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties
    static class Bound {

        @Bean
        @Primary
        @ConfigurationProperties("app.main")
        HikariDataSource mainOne() {
            return new HikariDataSource();
        }

        @Bean
        @ConfigurationProperties(prefix = "app.orders")
        HikariDataSource ordersDataSource() {
            return new HikariDataSource();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties
    static class PoolOfProperties {

        @Bean
        @ConfigurationProperties("app.orders")
        DataSourceProperties ordersProperties() {
            return new DataSourceProperties();
        }

        @Bean
        @ConfigurationProperties("app.orders.configuration")
        HikariDataSource orders(DataSourceProperties ordersProperties) {
            return ordersProperties
                    .initializeDataSourceBuilder()
                    .type(HikariDataSource.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ByHand {

        @Bean
        SQLiteDataSource orders(org.springframework.core.env.Environment environment) {
            SQLiteDataSource dataSource = new SQLiteDataSource();
            dataSource.setUrl(environment.getRequiredProperty("test.url"));
            return dataSource;
        }
    }
}
