package io.litestream4j.spring.boot.autoconfigure;

import io.awspring.cloud.s3.S3ProtocolResolver;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;

/**
 * Resolves {@code s3://} locations as Spring Cloud AWS does, and no others. Its own resolver makes the S3 client before it
 * looks at the location, so that the first {@code classpath:} resource of an application would need an AWS region.
 */
class S3LocationsOnly extends S3ProtocolResolver {

    // the interface that declares the method allows null, which means: not mine
    @SuppressWarnings("NullAway")
    @Override
    public @Nullable Resource resolve(String location, ResourceLoader loader) {
        return location.startsWith("s3://") ? super.resolve(location, loader) : null;
    }
}
