package io.litestream4j.spring.boot.autoconfigure;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.env.Environment;

/**
 * Takes away what litestream.enabled=false leaves behind: a dependency on the restore that an application wrote, and all
 * beans of replication in an application that was compiled ahead of time while it was enabled, where no condition is
 * evaluated again.
 */
final class DisabledLitestream implements BeanDefinitionRegistryPostProcessor, Ordered {

    private static final Set<Class<?>> ENABLED_OR_NOT = Set.of(
            LitestreamS3AutoConfiguration.class,
            LitestreamSecretsAutoConfiguration.class,
            LitestreamDisabledAutoConfiguration.class);

    private final Environment environment;

    DisabledLitestream(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (OnLitestreamEnabled.isEnabled(environment)) {
            return;
        }
        // otherwise conditions have done it
        if (AotDetector.useGeneratedArtifacts()) {
            removeReplication(registry);
        }
        if (!registry.containsBeanDefinition(LitestreamRestorer.BEAN_NAME)) {
            Arrays.stream(registry.getBeanDefinitionNames())
                    .map(registry::getBeanDefinition)
                    .forEach(DisabledLitestream::dependOnNoRestore);
        }
    }

    private static void removeReplication(BeanDefinitionRegistry registry) {
        for (String name : registry.getBeanDefinitionNames()) {
            if (isOfReplication(registry.getBeanDefinition(name))) {
                registry.removeBeanDefinition(name);
            }
        }
    }

    private static boolean isOfReplication(BeanDefinition definition) {
        Class<?> origin = definition instanceof RootBeanDefinition root ? origin(root) : null;
        if (origin == null) {
            return false;
        }
        Class<?> outermost = origin;
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        return outermost == LitestreamProperties.class
                || (outermost.getName().startsWith(DisabledLitestream.class.getPackageName() + ".")
                        && AnnotatedElementUtils.hasAnnotation(outermost, Configuration.class)
                        && !ENABLED_OR_NOT.contains(outermost));
    }

    /** The class with the bean's method, or the bean's own where it has no method. */
    private static @Nullable Class<?> origin(RootBeanDefinition definition) {
        if (definition.getResolvedFactoryMethod() != null) {
            return definition.getResolvedFactoryMethod().getDeclaringClass();
        }
        return definition.hasBeanClass() ? definition.getBeanClass() : null;
    }

    private static void dependOnNoRestore(BeanDefinition definition) {
        String[] names = definition.getDependsOn();
        if (names != null && Arrays.asList(names).contains(LitestreamRestorer.BEAN_NAME)) {
            definition.setDependsOn(Arrays.stream(names)
                    .filter(name -> !name.equals(LitestreamRestorer.BEAN_NAME))
                    .toArray(String[]::new));
        }
    }

    @Override
    public int getOrder() {
        return 0;
    }
}
