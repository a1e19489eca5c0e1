package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.util.function.SingletonSupplier;

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
        private final SingletonSupplier<Optional<Path>> file;

        Listener(ObjectProvider<LitestreamDatabases> databases, @Nullable DataSource dataSource) {
            this.databases = databases;
            this.file = SingletonSupplier.of(() -> Optional.ofNullable(dataSource)
                    .flatMap(DataSourceUrl::unopened)
                    .map(SqliteUrl::file));
        }

        @Override
        public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
            // after a failure too: whether the commit took place is not known then
            if (!transaction.isReadOnly()) {
                databases.getObject().entries().stream()
                        .filter(this::mayHoldTheCommit)
                        .forEach(entry -> entry.database().wake());
            }
        }

        /** Every database, when the manager's DataSource doesn't tell. */
        private boolean mayHoldTheCommit(LitestreamDatabases.Entry entry) {
            Optional<Path> known = file.obtain();
            return known.isEmpty() || known.get().equals(entry.setup().path());
        }
    }
}
