package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.replication.Operation;
import io.litestream4j.replication.OperationListener;
import io.litestream4j.replication.OperationResult;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Observes restores, snapshots and uploads, to trace them. What happens before the application's beans are made, such as
 * the restore at the start, isn't observed: tracing would have to be made before the database for that. The names are
 * not those of any timer, so nothing is counted twice under one name.
 */
final class OperationObservations implements OperationListener, SmartInitializingSingleton {

    private static final Map<Operation.Kind, String> NAMES = Map.of(
            Operation.Kind.RESTORE, "litestream.restore",
            Operation.Kind.SNAPSHOT, "litestream.snapshot",
            Operation.Kind.UPLOAD, "litestream.upload");

    private final Supplier<@Nullable ObservationRegistry> source;
    private volatile ObservationRegistry registry = ObservationRegistry.NOOP;

    OperationObservations(Supplier<@Nullable ObservationRegistry> source) {
        this.source = source;
    }

    @Override
    public void afterSingletonsInstantiated() {
        ObservationRegistry found = source.get();
        registry = found == null ? ObservationRegistry.NOOP : found;
    }

    @Override
    public Ending began(Operation operation) {
        String name = NAMES.get(operation.kind());
        if (name == null || registry.isNoop()) {
            return NOT_HEARD;
        }
        Observation observation = Observation.createNotStarted(name, registry)
                .contextualName(name)
                .lowCardinalityKeyValue(Tag.DATABASE, operation.database())
                .lowCardinalityKeyValue(Tag.REPLICA, operation.replica() == null ? "none" : operation.replica())
                .start();
        Observation.Scope scope = observation.openScope();
        return result -> {
            scope.close();
            end(observation, result);
        };
    }

    private static void end(Observation observation, OperationResult result) {
        observation
                .lowCardinalityKeyValue(Tag.OUTCOME, result.error() == null ? Tag.SUCCESS : Tag.ERROR)
                .highCardinalityKeyValue("bytes", Long.toString(result.bytes()));
        if (result.error() != null) {
            observation.error(result.error());
        }
        observation.stop();
    }
}
