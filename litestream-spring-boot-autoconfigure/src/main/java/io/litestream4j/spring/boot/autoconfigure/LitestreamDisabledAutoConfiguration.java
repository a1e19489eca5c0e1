package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Lets an application run without restore and replication, whatever it was built for. */
@AutoConfiguration
public final class LitestreamDisabledAutoConfiguration {

    @Bean
    static DisabledLitestream litestreamDisabled(Environment environment) {
        return new DisabledLitestream(environment);
    }
}
