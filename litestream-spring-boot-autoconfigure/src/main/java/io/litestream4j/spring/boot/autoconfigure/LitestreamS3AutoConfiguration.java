package io.litestream4j.spring.boot.autoconfigure;

import io.awspring.cloud.autoconfigure.s3.S3AutoConfiguration;
import io.awspring.cloud.s3.S3ProtocolResolver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Keeps the S3 support that the starter brings from stopping applications that don't use it, replication or not. */
@AutoConfiguration
@ConditionalOnClass({S3AutoConfiguration.class, S3ProtocolResolver.class})
public final class LitestreamS3AutoConfiguration {

    @Bean
    static LazyS3Definitions litestreamLazyS3Definitions() {
        return new LazyS3Definitions();
    }
}
