package io.litestream4j.spring.boot.autoconfigure;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.env.Environment;

/**
 * What can be known of the application's DataSources while none of them exists: their names, and the URL of those whose
 * {@code @Bean} method is bound to properties.
 */
final class DataSourceDefinitions {

    private static final Set<String> POOL_KEYS = Set.of("configuration", "hikari", "tomcat", "dbcp2", "pool");

    private final ConfigurableListableBeanFactory beanFactory;
    private final Environment environment;

    DataSourceDefinitions(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    /**
     * A JDBC URL, and where it was found.
     *
     * @param key the property
     * @param url its value
     */
    record Url(String key, String url) {}

    /** The DataSource of a database's name, such as {@code orders} or {@code ordersDataSource} for the database orders. */
    Optional<String> named(String database) {
        String wanted = uniform(database);
        return names().filter(
                        bean -> uniform(bean).equals(wanted) || uniform(bean).equals(wanted + "datasource"))
                .findFirst();
    }

    /** The only DataSource, or the primary one. */
    Optional<String> primary() {
        List<String> all = names().toList();
        return all.size() == 1
                ? Optional.of(all.get(0))
                : all.stream()
                        .filter(bean -> beanFactory.getBeanDefinition(bean).isPrimary())
                        .findFirst();
    }

    /** The URL in the properties that the method of the application's own primary DataSource is bound to. */
    Optional<Url> primaryBound() {
        return names().filter(bean -> beanFactory.getBeanDefinition(bean).isPrimary())
                .findFirst()
                .flatMap(bean -> firstUrl(keysOf(bean)));
    }

    /** The URL in the properties that the DataSource's method is bound to, or below {@code spring.datasource.<name>}. */
    Optional<Url> url(String bean) {
        return firstUrl(Stream.concat(keysOf(bean), keysBelow("spring.datasource." + bean)));
    }

    private Optional<Url> firstUrl(Stream<String> keys) {
        return keys.map(key -> new Url(key, String.valueOf(Texts.trimmed(environment.getProperty(key, "")))))
                .filter(url -> url.url().startsWith("jdbc:"))
                .findFirst();
    }

    private Stream<String> names() {
        return Stream.of(beanFactory.getBeanNamesForType(DataSource.class, true, false))
                .map(BeanFactoryUtils::transformedBeanName)
                .filter(beanFactory::containsBeanDefinition);
    }

    private Stream<String> keysOf(String bean) {
        BeanDefinition definition = beanFactory.getBeanDefinition(bean);
        MergedAnnotations annotations = annotationsOfMethod(definition);
        if (!annotations.isPresent(ConfigurationProperties.class)) {
            return Stream.empty();
        }
        String prefix =
                annotations.get(ConfigurationProperties.class).synthesize().prefix();
        int dot = prefix.lastIndexOf('.');
        // such as app.orders.configuration, beside the app.orders.url of the DataSourceProperties
        return dot > 0 && POOL_KEYS.contains(prefix.substring(dot + 1))
                ? Stream.concat(keysBelow(prefix), keysBelow(prefix.substring(0, dot)))
                : keysBelow(prefix);
    }

    private static MergedAnnotations annotationsOfMethod(BeanDefinition definition) {
        if (definition instanceof AnnotatedBeanDefinition annotated && annotated.getFactoryMethodMetadata() != null) {
            return annotated.getFactoryMethodMetadata().getAnnotations();
        }
        // as it is in an application that was compiled ahead of time
        Method method = definition instanceof RootBeanDefinition root ? root.getResolvedFactoryMethod() : null;
        return method == null ? MergedAnnotations.of(Set.of()) : MergedAnnotations.from(method);
    }

    private static Stream<String> keysBelow(String prefix) {
        return Stream.of(".hikari.jdbc-url", ".jdbc-url", ".url").map(key -> prefix + key);
    }

    private static String uniform(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }
}
