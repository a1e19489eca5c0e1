package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.PlatformTransactionManager;

/** Waiting until a replica has what is committed, and events. */
@Configuration(proxyBeanMethods = false)
class DurabilityConfiguration {

    @Bean
    ReplicationRun litestreamReplicationRun() {
        return new ReplicationRun();
    }

    @Bean
    ReplicationWaits litestreamReplicationWaits(
            LitestreamDatabases databases, LitestreamProperties properties, ReplicationRun run) {
        return new ReplicationWaits(databases, properties, run);
    }

    @Bean
    @ConditionalOnMissingBean
    Litestream litestream(ReplicationWaits waits) {
        return new DefaultLitestream(waits);
    }

    @Bean
    static AwaitReplicatedPostProcessor litestreamAwaitReplicatedPostProcessor(
            ObjectProvider<Litestream> litestream, ObjectProvider<LitestreamProperties> properties) {
        return new AwaitReplicatedPostProcessor(
                litestream::getObject,
                () -> CommitKeys.timeout(properties.getObject().getCommit()));
    }

    @Bean
    EventQueue litestreamEventQueue(ApplicationContext context) {
        return new EventQueue(context);
    }

    /** With Spring's transactions over JDBC. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({PlatformTransactionManager.class, ConnectionHolder.class})
    @ImportRuntimeHints(TransactionManagerHints.class)
    static class CommitWaitConfiguration {

        @Bean
        static CommitWaits litestreamCommitWaits(
                ObjectProvider<LitestreamProperties> properties, ObjectProvider<ReplicationWaits> waits) {
            return new CommitWaits(properties, waits);
        }
    }
}
