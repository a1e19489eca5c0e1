package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Compares the DataSources, as they really are, with what is replicated. */
final class DataSourceChecks implements BeanPostProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(DataSourceChecks.class);

    private final ObjectProvider<LitestreamDatabases> databases;

    DataSourceChecks(ObjectProvider<LitestreamDatabases> databases) {
        this.databases = databases;
    }

    /** Refuses a DataSource that makes the replication of its file impossible. */
    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof DataSource dataSource) {
            DataSourceUrl.unopened(dataSource)
                    .filter(url -> isReplicated(url.file()))
                    .ifPresent(url -> url.requireReplicable("The DataSource \"" + beanName + "\""));
        }
        return bean;
    }

    private boolean isReplicated(Path file) {
        return databases.getObject().entries().stream()
                .anyMatch(entry -> entry.setup().path().equals(file));
    }

    /** Warns when a DataSource opens another file than the one that is replicated. */
    void warnOfOthers(ConfigurableListableBeanFactory beanFactory) {
        Map<String, Path> others = new HashMap<>();
        Map<Path, DatabaseSetup> unused = new HashMap<>();
        databases
                .getObject()
                .entries()
                .forEach(entry -> unused.put(entry.setup().path(), entry.setup()));
        if (unused.isEmpty()) {
            return;
        }
        for (String name : beanFactory.getBeanNamesForType(DataSource.class, true, false)) {
            // a DataSource that nobody asked for yet stays unmade
            if (beanFactory.containsSingleton(name) && beanFactory.getBean(name) instanceof DataSource dataSource) {
                Optional<Path> file = DataSourceUrl.opened(dataSource).map(SqliteUrl::file);
                file.filter(path -> !isReplicated(path)).ifPresent(path -> others.put(name, path));
                file.ifPresent(unused::remove);
            }
        }
        if (!others.isEmpty()) {
            unused.values()
                    .forEach(setup -> LOG.warn(
                            "Litestream: {} (from {}) is replicated, but the application's DataSources open other files:"
                                    + " {}. Set litestream.databases.{}.path to the file that is meant",
                            setup.path(),
                            setup.pathKey(),
                            others,
                            setup.name()));
        }
    }
}
