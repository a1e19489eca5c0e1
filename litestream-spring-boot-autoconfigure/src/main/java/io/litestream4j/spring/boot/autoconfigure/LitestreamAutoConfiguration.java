package io.litestream4j.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.transaction.ConfigurableTransactionManager;

/** Restores the databases before they are opened, and replicates them while the application runs. */
@AutoConfiguration
@ConditionalOnClass(DataSource.class)
@Conditional(OnLitestreamEnabled.class)
@EnableConfigurationProperties(LitestreamProperties.class)
public final class LitestreamAutoConfiguration {

    @Bean
    static DataSourceDependsOnRestore litestreamDataSourceDependsOnRestore() {
        return new DataSourceDependsOnRestore();
    }

    @Bean
    static DataSourceChecks litestreamDataSourceChecks(ObjectProvider<LitestreamDatabases> databases) {
        return new DataSourceChecks(databases);
    }

    @Bean
    LitestreamDatabases litestreamDatabases(
            LitestreamProperties properties,
            Environment environment,
            ObjectProvider<ConnectionDetailsUrl> connectionDetailsUrl,
            ObjectProvider<ReplicatedDatabaseCustomizer> customizers) {
        UnknownKeys.check(environment);
        DataSourcePath path = new DataSourcePath(environment, () -> {
            ConnectionDetailsUrl url = connectionDetailsUrl.getIfAvailable();
            return url == null ? null : url.get();
        });
        return new LitestreamDatabases(
                new SetupResolver(properties, path).resolve(),
                new ReplicaClientFactory(),
                customizers.orderedStream().toList());
    }

    @Bean
    LitestreamRestorer litestreamRestorer(
            LitestreamDatabases databases, LitestreamProperties properties, ObjectProvider<ApplicationEnd> end) {
        return new LitestreamRestorer(databases, properties.getMode(), end.getIfAvailable());
    }

    @Bean
    @ConditionalOnProperty(name = "litestream.mode", havingValue = "once")
    @ConditionalOnBean(ApplicationEnd.class)
    ReplicateOnce litestreamReplicateOnce(
            LitestreamDatabases databases, LitestreamProperties properties, ApplicationEnd end) {
        Duration timeout = properties.getOnceTimeout();
        return new ReplicateOnce(
                databases,
                timeout == null ? ReplicateOnce.DEFAULT_TIMEOUT : timeout,
                Boolean.TRUE.equals(properties.getOnceDeleteDatabase()),
                end);
    }

    /** Takes the restorer as well: databases must be open before they are started, also when beans are created lazily. */
    @Bean
    LitestreamLifecycle litestreamLifecycle(
            LitestreamRestorer restorer,
            LitestreamDatabases databases,
            LitestreamProperties properties,
            DataSourceChecks checks,
            ConfigurableListableBeanFactory beanFactory) {
        boolean replicating = properties.getMode() != LitestreamProperties.Mode.RESTORE_ONLY;
        return new LitestreamLifecycle(
                replicating ? databases.entries() : List.of(), () -> checks.warnOfOthers(beanFactory));
    }

    /** The URL of a DataSource that Spring Boot is going to make. */
    interface ConnectionDetailsUrl {

        @Nullable
        String get();
    }

    /** With Spring Boot's JDBC support. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JdbcConnectionDetails.class)
    static class ConnectionDetailsConfiguration {

        @Bean
        @Lazy
        ConnectionDetailsUrl litestreamConnectionDetailsUrl(ObjectProvider<JdbcConnectionDetails> details) {
            return () -> {
                JdbcConnectionDetails available = details.getIfUnique();
                return available == null ? null : available.getJdbcUrl();
            };
        }
    }

    /** With Spring's transactions. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConfigurableTransactionManager.class)
    static class CommitWakeUpConfiguration {

        @Bean
        static CommitWakeUp litestreamCommitWakeUp(ObjectProvider<LitestreamDatabases> databases) {
            return new CommitWakeUp(databases);
        }
    }
}
