package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.NamedBeanHolder;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** Credentials for replicas without keys: those of the application, such as {@code spring.cloud.aws.credentials.*} gives. */
final class SharedCredentials {

    private final ConfigurableListableBeanFactory beanFactory;

    SharedCredentials(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /** The application's provider; where it has none, or several, that of the AWS SDK. */
    AwsCredentialsProvider provider() {
        try {
            NamedBeanHolder<AwsCredentialsProvider> provider =
                    beanFactory.resolveNamedBean(AwsCredentialsProvider.class);
            // the last sync, after the pools are closed, still needs it
            beanFactory.registerDependentBean(provider.getBeanName(), LitestreamRestorer.BEAN_NAME);
            return new Unclosed(provider.getBeanInstance());
        } catch (NoSuchBeanDefinitionException e) {
            return DefaultCredentialsProvider.builder().build();
        }
    }

    /** Hides that a provider can be closed: a client that ends would do it. */
    private record Unclosed(AwsCredentialsProvider provider) implements AwsCredentialsProvider {

        @Override
        public AwsCredentials resolveCredentials() {
            return provider.resolveCredentials();
        }
    }
}
