package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicatedDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.ResourceTransactionManager;

/** Tells the engine of each commit through a transaction manager, so that it needn't find out by looking. */
final class CommitWakeUp implements BeanPostProcessor {

    private final ObjectProvider<LitestreamDatabases> databases;

    CommitWakeUp(ObjectProvider<LitestreamDatabases> databases) {
        this.databases = databases;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof ConfigurableTransactionManager manager) {
            manager.addListener(new Listener(databases, dataSource(bean)));
        }
        return bean;
    }

    private static @Nullable DataSource dataSource(Object manager) {
        if (manager instanceof ResourceTransactionManager resources
                && resources.getResourceFactory() instanceof DataSource dataSource) {
            return dataSource;
        }
        return null;
    }

    /** Listens to one transaction manager. */
    private static final class Listener implements TransactionExecutionListener {

        private final ObjectProvider<LitestreamDatabases> databases;
        private final @Nullable DataSource dataSource;
        private volatile @Nullable List<ReplicatedDatabase> replicated;

        Listener(ObjectProvider<LitestreamDatabases> databases, @Nullable DataSource dataSource) {
            this.databases = databases;
            this.dataSource = dataSource;
        }

        @Override
        public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
            // after a failure too: whether the commit took place is not known then
            if (!transaction.isReadOnly()) {
                replicated().forEach(ReplicatedDatabase::wake);
            }
        }

        /** The databases that the manager's commits can be in; all of them when its DataSource doesn't tell. */
        private List<ReplicatedDatabase> replicated() {
            List<ReplicatedDatabase> known = replicated;
            if (known == null) {
                Optional<Path> file = Optional.ofNullable(dataSource)
                        .flatMap(DataSourceUrl::unopened)
                        .map(SqliteUrl::file);
                known = databases.getObject().entries().stream()
                        .filter(entry -> file.isEmpty()
                                || file.get().equals(entry.setup().path()))
                        .map(LitestreamDatabases.Entry::database)
                        .toList();
                replicated = known;
            }
            return known;
        }
    }
}
