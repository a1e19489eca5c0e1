package io.litestream4j.spring.boot.autoconfigure;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;

/**
 * Puts a {@link CommitWait} around each transaction manager of a replicated DataSource, if litestream.commit.wait says
 * so. The manager's {@code commit} is final in Spring's own ones: only a proxy of the interfaces can be around it, so the
 * bean's class is hidden.
 */
final class CommitWaits implements BeanPostProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(CommitWaits.class);

    private final ObjectProvider<LitestreamProperties> properties;
    private final ObjectProvider<ReplicationWaits> waits;

    CommitWaits(ObjectProvider<LitestreamProperties> properties, ObjectProvider<ReplicationWaits> waits) {
        this.properties = properties;
        this.waits = waits;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!(bean instanceof PlatformTransactionManager) || !(bean instanceof ResourceTransactionManager manager)) {
            return bean;
        }
        LitestreamProperties keys = properties.getObject();
        if (!CommitKeys.isOn(keys.getCommit())) {
            return bean;
        }
        ReplicationWaits replicated = waits.getObject();
        Optional<ManagedDatabases> databases = ManagedDatabases.of(manager, replicated);
        if (databases.isEmpty() && replicated.databases().isEmpty()) {
            LOG.warn("Litestream: litestream.commit.wait is set, but nothing is replicated: {} doesn't wait", beanName);
        }
        return databases
                .map(found -> around(bean, new CommitWait(found, CommitKeys.timeout(keys.getCommit()))))
                .orElse(bean);
    }

    private static Object around(Object manager, CommitWait wait) {
        ProxyFactory proxy = new ProxyFactory(manager);
        proxy.setProxyTargetClass(false);
        proxy.addAdvice(wait);
        return proxy.getProxy(manager.getClass().getClassLoader());
    }
}
