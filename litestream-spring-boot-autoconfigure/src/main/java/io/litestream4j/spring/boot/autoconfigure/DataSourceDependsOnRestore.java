package io.litestream4j.spring.boot.autoconfigure;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;

/**
 * Makes every DataSource depend on the restore. Spring Boot's own class for this isn't used: it stops the application when
 * a DataSource was registered as an object without a definition.
 */
final class DataSourceDependsOnRestore implements BeanFactoryPostProcessor, Ordered {

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        // generated code sets the dependency already
        if (AotDetector.useGeneratedArtifacts()) {
            return;
        }
        for (String name : beanFactory.getBeanNamesForType(DataSource.class, true, false)) {
            String definitionName = BeanFactoryUtils.transformedBeanName(name);
            if (beanFactory.containsBeanDefinition(definitionName)) {
                dependOnRestore(beanFactory.getBeanDefinition(definitionName));
            }
        }
    }

    private static void dependOnRestore(BeanDefinition definition) {
        Set<String> dependencies = new LinkedHashSet<>();
        if (definition.getDependsOn() != null) {
            dependencies.addAll(Arrays.asList(definition.getDependsOn()));
        }
        dependencies.add(LitestreamRestorer.BEAN_NAME);
        definition.setDependsOn(dependencies.toArray(String[]::new));
    }

    @Override
    public int getOrder() {
        return 0;
    }
}
