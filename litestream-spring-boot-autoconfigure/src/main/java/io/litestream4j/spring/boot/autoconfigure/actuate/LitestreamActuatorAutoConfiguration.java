package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.spring.boot.autoconfigure.LitestreamAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import io.litestream4j.spring.boot.autoconfigure.LitestreamProperties;
import io.litestream4j.spring.boot.autoconfigure.ReplicaLag;
import java.time.Duration;
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
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * Watchdog, health and endpoint, as far as the application has them. The class conditions are one level above the others: on the
 * same class, a condition whose own class is missing would stop the start.
 */
@AutoConfiguration(after = LitestreamAutoConfiguration.class)
@ConditionalOnBean(LitestreamDatabases.class)
@ImportRuntimeHints(ReportHints.class)
public final class LitestreamActuatorAutoConfiguration {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Bean
    Assessment litestreamAssessment(ReplicaLag lag, LitestreamProperties properties) {
        LitestreamProperties.Health limits = properties.getHealth();
        return new Assessment(lag, limits.getMaxLag(), limits.getDownAfter());
    }

    @Bean
    Watchdog litestreamWatchdog(LitestreamDatabases databases, Assessment assessment, LitestreamProperties properties) {
        return new Watchdog(databases, assessment, properties.getHealth().getMaxLag());
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
            HealthIndicator litestreamHealthIndicator(LitestreamDatabases databases, Assessment assessment) {
                return new LitestreamHealthIndicator(databases, assessment);
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
            Questions litestreamQuestions() {
                return new Questions(PATIENCE);
            }

            @Bean
            @ConditionalOnMissingBean
            LitestreamEndpoint litestreamEndpoint(
                    LitestreamDatabases databases, Assessment assessment, ReplicaLag lag, Questions questions) {
                return new LitestreamEndpoint(
                        databases,
                        new Reports(databases, assessment, lag.clock()),
                        new BackupViews(questions, lag.clock()),
                        new RestorePlans(questions));
            }

            @Bean
            @ConditionalOnMissingBean
            LitestreamEndpointWebExtension litestreamEndpointWebExtension(LitestreamEndpoint endpoint) {
                return new LitestreamEndpointWebExtension(endpoint);
            }
        }

        /** Where somebody has access to it. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnAvailableEndpoint(endpoint = LitestreamControlEndpoint.class)
        static class Control {

            @Bean
            ControlTasks litestreamControlTasks(ReplicaLag lag) {
                return new ControlTasks(lag.clock());
            }

            @Bean
            @ConditionalOnMissingBean
            LitestreamControlEndpoint litestreamControlEndpoint(LitestreamDatabases databases, ControlTasks tasks) {
                return new LitestreamControlEndpoint(databases, tasks);
            }

            @Bean
            @ConditionalOnMissingBean
            LitestreamControlEndpointWebExtension litestreamControlEndpointWebExtension(
                    LitestreamControlEndpoint endpoint) {
                return new LitestreamControlEndpointWebExtension(endpoint);
            }
        }
    }
}
