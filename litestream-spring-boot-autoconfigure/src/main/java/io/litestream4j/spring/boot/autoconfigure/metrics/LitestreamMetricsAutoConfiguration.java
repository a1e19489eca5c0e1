package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.spring.boot.autoconfigure.LitestreamAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import io.litestream4j.spring.boot.autoconfigure.ReplicaLag;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Meters with Micrometer, and observations where the application traces. */
@AutoConfiguration(
        after = LitestreamAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration"
        })
@ConditionalOnBean(LitestreamDatabases.class)
public final class LitestreamMetricsAutoConfiguration {

    /** With Micrometer. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class MetersConfiguration {

        @Bean
        EngineEventMeters litestreamEngineEventMeters() {
            return new EngineEventMeters();
        }

        @Bean
        @ConditionalOnMissingBean(name = "litestreamMetrics")
        MeterBinder litestreamMetrics(
                LitestreamDatabases databases, EngineEventMeters engines, ObjectProvider<ReplicaLag> lag) {
            Clock clock = Clock.systemUTC();
            return new LitestreamMetrics(databases, engines, lag.getIfAvailable(() -> new ReplicaLag(clock)), clock);
        }
    }

    /** With Micrometer's tracing. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Tracer.class, ObservationRegistry.class})
    static class TracingConfiguration {

        /** Where the application has a tracer. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnBean(Tracer.class)
        static class Traced {

            @Bean
            OperationObservations litestreamOperationObservations(ObjectProvider<ObservationRegistry> registry) {
                return new OperationObservations(registry::getIfAvailable);
            }
        }
    }
}
