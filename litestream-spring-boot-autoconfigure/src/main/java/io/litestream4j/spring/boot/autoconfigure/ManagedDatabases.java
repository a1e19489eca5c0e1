package io.litestream4j.spring.boot.autoconfigure;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/** Which of the replicated databases the transactions of one manager are in. Thread-safe. */
final class ManagedDatabases {

    private static final Logger LOG = LoggerFactory.getLogger(ManagedDatabases.class);

    private final DataSource dataSource;
    private final ReplicationWaits replicated;
    private final @Nullable SqliteUrl fixed;
    private final Map<String, Optional<SqliteUrl>> parsed = new ConcurrentHashMap<>();

    private ManagedDatabases(DataSource dataSource, ReplicationWaits replicated, @Nullable SqliteUrl fixed) {
        this.dataSource = dataSource;
        this.replicated = replicated;
        this.fixed = fixed;
    }

    /** Of a manager; empty when none of its transactions can be in a replicated database. */
    static Optional<ManagedDatabases> of(ResourceTransactionManager manager, ReplicationWaits replicated) {
        DataSource dataSource = dataSource(manager);
        if (dataSource == null) {
            return Optional.empty();
        }
        boolean routing = isRouting(dataSource);
        SqliteUrl url = routing ? null : DataSourceUrl.unopened(dataSource).orElse(null);
        ManagedDatabases databases = new ManagedDatabases(dataSource, replicated, url);
        // what it routes to may be registered later
        return routing || !databases.possible().isEmpty() ? Optional.of(databases) : Optional.empty();
    }

    /** The manager's own, or the one that its persistence works with. */
    private static @Nullable DataSource dataSource(ResourceTransactionManager manager) {
        Object factory = manager.getResourceFactory();
        if (factory instanceof DataSource found) {
            return found;
        }
        BeanWrapperImpl properties = new BeanWrapperImpl(manager);
        if (properties.isReadableProperty("dataSource")
                && properties.getPropertyValue("dataSource") instanceof DataSource found) {
            return found;
        }
        if (isPersistence(factory)) {
            LOG.warn(
                    "Litestream: {} doesn't tell its DataSource, its transactions don't wait for a replica. Give it one, or"
                            + " call Litestream.awaitReplicated",
                    manager.getClass().getName());
        }
        return null;
    }

    /** By its name, so that JPA may be missing. */
    private static boolean isPersistence(Object factory) {
        return ClassUtils.getAllInterfacesAsSet(factory).stream().anyMatch(ManagedDatabases::isEntityManagerFactory);
    }

    private static boolean isEntityManagerFactory(Class<?> type) {
        return type.getName().equals("jakarta.persistence.EntityManagerFactory")
                || Arrays.stream(type.getInterfaces()).anyMatch(ManagedDatabases::isEntityManagerFactory);
    }

    private static boolean isRouting(DataSource dataSource) {
        try {
            return dataSource.isWrapperFor(AbstractRoutingDataSource.class);
        } catch (SQLException | RuntimeException e) {
            return true;
        }
    }

    private List<DatabaseWait> at(SqliteUrl url) {
        return replicated.databases().stream()
                .filter(wait -> wait.path().equals(url.file()))
                .toList();
    }

    /** Those that a transaction can be in. */
    List<DatabaseWait> possible() {
        return fixed == null ? replicated.databases() : at(fixed);
    }

    /** The one that the transaction of this thread is in; none when it is in another database. */
    List<DatabaseWait> current() {
        if (fixed == null
                && TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder holder) {
            try {
                String url = holder.getConnection().getMetaData().getURL();
                return parsed.computeIfAbsent(String.valueOf(url), SqliteUrl::parse)
                        .map(this::at)
                        .orElse(List.of());
            } catch (SQLException | RuntimeException e) {
                LOG.debug("The URL of a connection of {} can't be read", dataSource.getClass(), e);
            }
        }
        // where the manager doesn't tell: what the transaction didn't touch has no new commit, or a needless wait
        return possible();
    }
}
