package io.litestream4j.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.replication.Operation;
import io.litestream4j.replication.Operations;
import io.litestream4j.spring.boot.autoconfigure.Runners;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.micrometer.tracing.Tracer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OperationObservationsTests {

    @TempDir
    Path folder;

    private final TestObservationRegistry registry = TestObservationRegistry.create();

    @Test
    void uploadIsObservedWithItsOutcomeAndItsError() throws Exception {
        OperationObservations observations = new OperationObservations(() -> registry);
        Operations operations = new Operations("main", List.of(observations), Clock.systemUTC());
        operations.run(Operation.Kind.RESTORE, null, report -> "before there is a registry");
        observations.afterSingletonsInstantiated();
        operations.run(Operation.Kind.SYNC, null, report -> "not observed");
        assertThat(registry.getCurrentObservation()).isNull();
        TestObservationRegistryAssert.assertThat(registry).doesNotHaveAnyObservation();
        operations.run(Operation.Kind.SNAPSHOT, "s3", report -> {
            report.bytes(4096);
            assertThat(registry.getCurrentObservation()).isNotNull();
            return "stored";
        });
        assertThatThrownBy(() -> operations.run(Operation.Kind.UPLOAD, "s3", report -> {
                    throw new IOException("no route to host");
                }))
                .isInstanceOf(IOException.class);
        assertThat(registry.getCurrentObservation()).isNull();
        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("litestream.snapshot")
                .that()
                .hasLowCardinalityKeyValue("db", "main")
                .hasLowCardinalityKeyValue("name", "s3")
                .hasLowCardinalityKeyValue("outcome", "success")
                .hasHighCardinalityKeyValue("bytes", "4096")
                .hasBeenStopped();
        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("litestream.upload")
                .that()
                .hasLowCardinalityKeyValue("outcome", "error")
                .hasError()
                .hasBeenStopped();
    }

    @Test
    void onlyWhereTheApplicationTraces() {
        ApplicationContextRunner application = Runners.jdbc(folder.resolve("app.db"), folder.resolve("replica"))
                .withConfiguration(AutoConfigurations.of(LitestreamMetricsAutoConfiguration.class))
                .withBean(ObservationRegistry.class, () -> registry);
        application.run(context -> assertThat(context).doesNotHaveBean(OperationObservations.class));
        application
                .withBean(Tracer.class, () -> Tracer.NOOP)
                .run(context -> assertThat(context).hasSingleBean(OperationObservations.class));
    }
}
