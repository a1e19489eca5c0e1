package io.litestream4j.spring.boot.autoconfigure;

import io.awspring.cloud.s3.S3ProtocolResolver;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.type.MethodMetadata;

/**
 * Makes Spring Cloud AWS create its S3 beans when somebody asks for them, not at start. The starter brings them; as they
 * are, they stop every application that has no AWS region, also one that has nothing to do with S3.
 */
final class LazyS3Definitions implements BeanDefinitionRegistryPostProcessor, Ordered {

    private static final String S3_CONFIGURATIONS = "io.awspring.cloud.autoconfigure.s3.";

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        for (String name : registry.getBeanDefinitionNames()) {
            BeanDefinition definition = registry.getBeanDefinition(name);
            if (S3ProtocolResolver.class.getName().equals(definition.getBeanClassName())) {
                definition.setBeanClassName(S3LocationsOnly.class.getName());
            }
            if (definition instanceof AnnotatedBeanDefinition annotated
                    && isOfS3Configuration(annotated.getFactoryMethodMetadata())) {
                definition.setLazyInit(true);
            }
        }
    }

    private static boolean isOfS3Configuration(@Nullable MethodMetadata factoryMethod) {
        return factoryMethod != null && factoryMethod.getDeclaringClassName().startsWith(S3_CONFIGURATIONS);
    }

    @Override
    public int getOrder() {
        return 0;
    }
}
