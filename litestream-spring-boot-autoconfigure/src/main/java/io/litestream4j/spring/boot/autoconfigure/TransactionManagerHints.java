package io.litestream4j.spring.boot.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/** The proxies that {@link CommitWaits} makes, of Spring's own transaction managers. */
final class TransactionManagerHints implements RuntimeHintsRegistrar {

    private static final List<String> MANAGERS = List.of(
            "org.springframework.jdbc.datasource.DataSourceTransactionManager",
            "org.springframework.orm.jpa.JpaTransactionManager");

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        for (String manager : MANAGERS) {
            if (ClassUtils.isPresent(manager, classLoader)) {
                Class<?> type = ClassUtils.resolveClassName(manager, classLoader);
                hints.proxies()
                        .registerJdkProxy(AopProxyUtils.completeJdkProxyInterfaces(
                                ClassUtils.getAllInterfacesForClass(type, classLoader)));
            }
        }
    }
}
