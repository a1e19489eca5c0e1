package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.RequestCounts;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.ValidationResult;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Gauges and counters for each database and each replica. They read the engine's memory, nothing else. */
final class LitestreamMetrics implements MeterBinder {

    private final LitestreamDatabases databases;
    private final ReplicaLag lag;

    LitestreamMetrics(LitestreamDatabases databases, ReplicaLag lag) {
        this.databases = databases;
        this.lag = lag;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        databases.registry().listen(new EntryRegistry.Listener() {

            @Override
            public void added(LitestreamDatabases.Entry entry) {
                bind(registry, entry);
            }

            @Override
            public void removed(LitestreamDatabases.Entry entry) {
                remove(registry, entry.setup().name());
            }
        });
    }

    private void bind(MeterRegistry registry, LitestreamDatabases.Entry entry) {
        Tags tags = Tags.of("database", entry.setup().name());
        ReplicatedDatabase database = entry.database();
        Gauge.builder("litestream.replicating", database, LitestreamMetrics::replicating)
                .description("1 while the database is replicated by this application, 0 otherwise")
                .tags(tags)
                .register(registry);
        Gauge.builder("litestream.wal.size", database, each -> each.status().walSize())
                .description("Size of the database's WAL")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry);
        for (Replica replica : entry.replicas()) {
            Tags ofReplica = tags.and("replica", replica.name());
            bindReplica(registry, database, replica.name(), ofReplica);
            bindRequests(registry, replica.client(), ofReplica);
        }
    }

    private static void remove(MeterRegistry registry, String database) {
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            if (id.getName().startsWith("litestream.") && database.equals(id.getTag("database"))) {
                registry.remove(id);
            }
        }
    }

    private static void bindRequests(MeterRegistry registry, ReplicaClient client, Tags tags) {
        Map<String, ToLongFunction<RequestCounts>> requests = Map.of(
                "put", RequestCounts::put,
                "get", RequestCounts::get,
                "list", RequestCounts::list,
                "delete", RequestCounts::delete);
        requests.forEach((operation, count) -> FunctionCounter.builder(
                        "litestream.replica.requests", client, each -> count.applyAsLong(each.requests()))
                .description("Requests sent to the replica's storage")
                .tags(tags.and("operation", operation))
                .register(registry));
        Map<String, ToLongFunction<RequestCounts>> bytes =
                Map.of("put", RequestCounts::bytesSent, "get", RequestCounts::bytesReceived);
        bytes.forEach((operation, count) -> FunctionCounter.builder(
                        "litestream.replica.bytes", client, each -> count.applyAsLong(each.requests()))
                .description("Bytes of objects sent to the replica's storage, or received")
                .baseUnit("bytes")
                .tags(tags.and("operation", operation))
                .register(registry));
    }

    private void bindReplica(MeterRegistry registry, ReplicatedDatabase database, String name, Tags tags) {
        Gauge.builder("litestream.replica.pending", database, of(name, (status, replica) -> replica.pendingBytes()))
                .description("Bytes of WAL that the replica lacks")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry);
        TimeGauge.builder(
                        "litestream.replica.lag",
                        database,
                        TimeUnit.MILLISECONDS,
                        of(name, (status, replica) -> lag.of(status, replica).toMillis()))
                .description("How long the oldest commit that the replica lacks has been waiting")
                .tags(tags)
                .register(registry);
        TimeGauge.builder(
                        "litestream.replica.confirmed",
                        database,
                        TimeUnit.MILLISECONDS,
                        of(name, (status, replica) -> confirmedAt(replica)))
                .description("When the replica last confirmed something, since 1970")
                .tags(tags)
                .register(registry);
        Gauge.builder("litestream.replica.valid", database, of(name, (status, replica) -> valid(replica.lastProof())))
                .description("1 if the last validation proved that the replica can be restored, 0 if it found damage")
                .tags(tags)
                .register(registry);
        TimeGauge.builder(
                        "litestream.replica.validated",
                        database,
                        TimeUnit.MILLISECONDS,
                        of(name, (status, replica) -> validatedAt(replica.lastProof())))
                .description("When the last validation proved something, since 1970")
                .tags(tags)
                .register(registry);
    }

    private static double replicating(ReplicatedDatabase database) {
        return database.status().state() == ReplicationStatus.State.REPLICATING ? 1 : 0;
    }

    private static double confirmedAt(ReplicaStatus replica) {
        return replica.lastConfirmedAt() == null
                ? Double.NaN
                : replica.lastConfirmedAt().toEpochMilli();
    }

    private static double valid(@Nullable ValidationResult proof) {
        if (proof == null) {
            return Double.NaN;
        }
        return proof.outcome() == ValidationResult.Outcome.VALID ? 1 : 0;
    }

    private static double validatedAt(@Nullable ValidationResult proof) {
        return proof == null ? Double.NaN : proof.at().toEpochMilli();
    }

    private static ToDoubleFunction<ReplicatedDatabase> of(
            String replica, ToDoubleBiFunction<ReplicationStatus, ReplicaStatus> value) {
        return database -> {
            ReplicationStatus status = database.status();
            Optional<ReplicaStatus> found = status.replicas().stream()
                    .filter(each -> each.name().equals(replica))
                    .findFirst();
            return found.map(each -> value.applyAsDouble(status, each)).orElse(Double.NaN);
        };
    }
}
