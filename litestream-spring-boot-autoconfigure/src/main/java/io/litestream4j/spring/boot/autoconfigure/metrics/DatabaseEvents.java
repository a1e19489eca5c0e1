package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.Position;
import io.litestream4j.replication.Operation;
import io.litestream4j.replication.OperationListener;
import io.litestream4j.replication.OperationResult;
import io.litestream4j.replication.ReplicationListener;
import io.litestream4j.replication.RetentionResult;
import io.litestream4j.replication.SealTrial;
import io.litestream4j.replication.ValidationResult;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Hears what one engine does. Counts by itself, so that nothing is missed before the first registry is there, and hands
 * durations to the timers of each registry. For several threads.
 */
final class DatabaseEvents implements OperationListener, ReplicationListener {

    final LongAdder syncs = new LongAdder();
    final LongAdder syncErrors = new LongAdder();
    final LongAdder syncNanos = new LongAdder();
    final Map<GenerationReason, LongAdder> generations = new EnumMap<>(GenerationReason.class);

    private final Map<String, ReplicaEvents> replicas = new ConcurrentHashMap<>();
    private final List<DatabaseTimers> timers = new CopyOnWriteArrayList<>();

    DatabaseEvents() {
        for (GenerationReason reason : GenerationReason.values()) {
            generations.put(reason, new LongAdder());
        }
    }

    ReplicaEvents replica(String name) {
        return replicas.computeIfAbsent(name, each -> new ReplicaEvents());
    }

    void add(DatabaseTimers registered) {
        timers.add(registered);
    }

    void remove(DatabaseTimers registered) {
        timers.remove(registered);
    }

    @Override
    public Ending began(Operation operation) {
        return result -> ended(operation, result);
    }

    private void ended(Operation operation, OperationResult result) {
        String replica = operation.replica();
        if (operation.kind() == Operation.Kind.SYNC) {
            syncs.increment();
            syncNanos.add(result.duration().toNanos());
            if (result.error() != null) {
                syncErrors.increment();
            }
            time(each -> each.synced(result));
        } else if (replica != null) {
            endedFor(replica, operation.kind(), result);
        }
    }

    private void endedFor(String replica, Operation.Kind kind, OperationResult result) {
        ReplicaEvents events = replica(replica);
        if (kind == Operation.Kind.UPLOAD && result.error() == null) {
            events.walBytes.add(result.bytes());
        }
        if (kind == Operation.Kind.SNAPSHOT && result.error() == null) {
            events.snapshotSize = result.bytes();
            events.snapshotStored = result.storedBytes();
        }
        time(each -> each.worked(replica, kind, result));
    }

    @Override
    public void generationStarted(Position position, String reason) {
        LongAdder count = generations.get(GenerationReason.of(reason));
        if (count != null) {
            count.increment();
        }
    }

    @Override
    public void sealTried(SealTrial trial) {
        time(each -> each.sealTried(trial));
    }

    @Override
    public void retentionEnforced(String replica, RetentionResult result) {
        replica(replica).snapshotsDeleted.add(result.snapshotsDeleted());
        replica(replica).segmentsDeleted.add(result.segmentsDeleted());
    }

    @Override
    public void validated(String replica, ValidationResult result) {
        if (result.outcome() == ValidationResult.Outcome.VALID) {
            replica(replica).validationsOk.increment();
        } else if (result.outcome() == ValidationResult.Outcome.INVALID) {
            replica(replica).validationErrors.increment();
        }
        time(each -> each.validated(replica, result));
    }

    private void time(Consumer<DatabaseTimers> event) {
        timers.forEach(event);
    }
}
