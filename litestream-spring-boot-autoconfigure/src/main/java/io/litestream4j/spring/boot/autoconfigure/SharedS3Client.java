package io.litestream4j.spring.boot.autoconfigure;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.NamedBeanHolder;
import org.springframework.core.NestedExceptionUtils;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The application's own S3Client: that of Spring Cloud AWS or one that the application defines. It is asked for only when
 * a replica needs it, as Spring Cloud AWS can't make it without a region. It is never closed here.
 */
final class SharedS3Client {

    private final ConfigurableListableBeanFactory beanFactory;

    SharedS3Client(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /** The client; null when the application has none. */
    @Nullable
    S3Client find(ReplicaUrl url) {
        try {
            NamedBeanHolder<S3Client> client = beanFactory.resolveNamedBean(S3Client.class);
            // the last sync, after the pools are closed, still needs it
            beanFactory.registerDependentBean(client.getBeanName(), LitestreamRestorer.BEAN_NAME);
            return client.getBeanInstance();
        } catch (NoUniqueBeanDefinitionException e) {
            throw new LitestreamStartException(
                    "%s is \"%s\", and the application has several S3Clients: %s."
                            .formatted(url.key(), url.location(), e.getBeanNamesFound()),
                    "Mark one as @Primary, or set litestream.region to have a client for the replica alone.",
                    e);
        } catch (NoSuchBeanDefinitionException e) {
            if (S3Client.class.equals(e.getBeanType())) {
                return null;
            }
            throw unusable(url, e);
        } catch (BeansException e) {
            throw unusable(url, e);
        }
    }

    private static LitestreamStartException unusable(ReplicaUrl url, BeansException e) {
        String reason =
                String.valueOf(NestedExceptionUtils.getMostSpecificCause(e).getMessage());
        if (reason.toLowerCase(Locale.ROOT).contains("region")) {
            return new LitestreamStartException(
                    "%s is \"%s\", and no AWS region was found for it.".formatted(url.key(), url.location()),
                    "Set the bucket's region: litestream.region for the replica alone, or spring.cloud.aws.region.static"
                            + " or the environment variable AWS_REGION for the whole application.",
                    e);
        }
        return new LitestreamStartException(
                "%s is \"%s\", and the application's S3Client can't be made: %s"
                        .formatted(url.key(), url.location(), reason),
                "Remove the cause, or set litestream.region to have a client for the replica alone.",
                e);
    }
}
