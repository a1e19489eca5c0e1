package io.litestream4j.spring.boot.autoconfigure;

import java.time.Clock;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Health, endpoint and metrics, as far as the application has them. The class conditions are one level above the others:
 * on the same class, a condition whose own class is missing would stop the start.
 */
@AutoConfiguration(after = LitestreamAutoConfiguration.class)
@ConditionalOnBean(LitestreamDatabases.class)
public final class LitestreamActuatorAutoConfiguration {

    @Bean
    ReplicaLag litestreamReplicaLag() {
        return new ReplicaLag(Clock.systemUTC());
    }

    /** With Spring Boot's health. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class HealthConfiguration {

        /** Unless it is switched off. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnEnabledHealthIndicator("litestream")
        static class Enabled {

            @Bean
            @ConditionalOnMissingBean(name = "litestreamHealthIndicator")
            HealthIndicator litestreamHealthIndicator(
                    LitestreamDatabases databases, ReplicaLag lag, LitestreamProperties properties) {
                return new LitestreamHealthIndicator(databases, lag, properties.getHealth());
            }
        }
    }

    /** With Spring Boot's actuator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class EndpointConfiguration {

        /** Where it is exposed. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnAvailableEndpoint(endpoint = LitestreamEndpoint.class)
        static class Available {

            @Bean
            @ConditionalOnMissingBean
            LitestreamEndpoint litestreamEndpoint(LitestreamDatabases databases, ReplicaLag lag) {
                return new LitestreamEndpoint(databases, lag);
            }
        }
    }
}
