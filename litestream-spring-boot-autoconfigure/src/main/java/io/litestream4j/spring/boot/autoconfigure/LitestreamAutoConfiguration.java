package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.OperationListener;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.transaction.ConfigurableTransactionManager;

/** Restores the databases before they are opened, and replicates them while the application runs. */
@AutoConfiguration
@ConditionalOnClass(DataSource.class)
@Conditional(OnLitestreamEnabled.class)
@EnableConfigurationProperties(LitestreamProperties.class)
@Import(DurabilityConfiguration.class)
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
    SetupResolver litestreamSetupResolver(
            LitestreamProperties properties,
            Environment environment,
            ConfigurableListableBeanFactory beanFactory,
            ObjectProvider<ConnectionDetailsUrl> connectionDetailsUrl,
            ObjectProvider<LitestreamReplicaConnectionDetails> replicaDetails) {
        UnknownKeys.check(environment);
        UnknownVariables.check(environment);
        PropertyChecks.check(properties);
        ForeignVariables variables = new ForeignVariables(environment);
        variables.complete(properties);
        DataSourcePath path = new DataSourcePath(
                environment,
                () -> {
                    ConnectionDetailsUrl url = connectionDetailsUrl.getIfAvailable();
                    return url == null ? null : url.get();
                },
                new DataSourceDefinitions(beanFactory, environment));
        String file = Texts.trimmed(properties.getConfigFile());
        return new SetupResolver(
                properties,
                new DatabaseSources(
                        properties,
                        path,
                        variables,
                        file == null ? null : ConfigFile.read(file, environment),
                        ConnectionDetailsKeys.unique(replicaDetails)));
    }

    @Bean
    LitestreamDatabases litestreamDatabases(
            SetupResolver resolver,
            LitestreamProperties properties,
            ObjectProvider<ReplicaClientFactory.S3ReplicaClients> s3,
            ObjectProvider<ReplicatedDatabaseCustomizer> customizers,
            ObjectProvider<OperationListener> listeners,
            EventQueue events) {
        return new LitestreamDatabases(
                resolver,
                new EntryFactory(
                        new ReplicaClientFactory(s3.getIfAvailable()),
                        customizers.orderedStream().toList(),
                        listeners.orderedStream().toList(),
                        LeaseKeys.settings(properties.getLease()),
                        events),
                new Preparation(properties.getMode() != LitestreamProperties.Mode.RESTORE_ONLY, events),
                properties.getShutdownTimeout());
    }

    @Bean
    ReplicaLag litestreamReplicaLag() {
        return new ReplicaLag(Clock.systemUTC());
    }

    @Bean
    LitestreamRestorer litestreamRestorer(LitestreamDatabases databases, ObjectProvider<ApplicationEnd> end) {
        return new LitestreamRestorer(databases, end.getIfAvailable());
    }

    @Bean
    @ConditionalOnBean(ApplicationEnd.class)
    ReplicateOnce litestreamReplicateOnce(
            LitestreamDatabases databases, LitestreamProperties properties, ApplicationEnd end) {
        Duration timeout = properties.getOnceTimeout();
        return new ReplicateOnce(
                databases,
                properties.getMode() == LitestreamProperties.Mode.ONCE,
                timeout == null ? ReplicateOnce.DEFAULT_TIMEOUT : timeout,
                Boolean.TRUE.equals(properties.getOnceDeleteDatabase()),
                end);
    }

    /** Takes the restorer as well: databases must be open before they are started, also when beans are created lazily. */
    @Bean
    LitestreamLifecycle litestreamLifecycle(
            LitestreamRestorer restorer,
            LitestreamDatabases databases,
            DataSourceChecks checks,
            ConfigurableListableBeanFactory beanFactory) {
        return new LitestreamLifecycle(databases, () -> checks.warnOfOthers(beanFactory));
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

    /** With the AWS SDK. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "software.amazon.awssdk.services.s3.S3Client")
    static class S3Configuration {

        @Bean(destroyMethod = "")
        ReplicaClientFactory.S3ReplicaClients litestreamS3ReplicaClients(
                ConfigurableListableBeanFactory beanFactory, Environment environment) {
            return new SdkReplicaClients(
                    new SharedS3Client(beanFactory),
                    new OwnS3Clients(
                            Texts.trimmed(environment.getProperty("spring.cloud.aws.region.static")),
                            new SharedCredentials(beanFactory)));
        }
    }
}
