package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorFallback;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What {@code /actuator/info} says, where {@code management.info.litestream.enabled} asks for it. */
@AutoConfiguration(after = LitestreamAutoConfiguration.class)
@ConditionalOnClass({InfoContributor.class, ConditionalOnEnabledInfoContributor.class})
@ConditionalOnBean(LitestreamDatabases.class)
public final class LitestreamInfoAutoConfiguration {

    /** One level below the class condition: a condition whose own class is missing would stop the start. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnEnabledInfoContributor(value = "litestream", fallback = InfoContributorFallback.DISABLE)
    static class Enabled {

        @Bean
        @ConditionalOnMissingBean(name = "litestreamInfoContributor")
        InfoContributor litestreamInfoContributor(LitestreamDatabases databases) {
            return new LitestreamInfoContributor(databases);
        }
    }
}
