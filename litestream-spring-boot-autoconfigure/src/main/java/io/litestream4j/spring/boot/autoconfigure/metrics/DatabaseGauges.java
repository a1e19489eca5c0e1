package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.Position;
import io.litestream4j.database.CheckpointStatistics;
import io.litestream4j.replication.Operation;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.LastRestore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What can be read at any time of one database. Where Litestream's name ends in no {@code _total}, a gauge reads a number
 * that only grows, because a counter would get that ending: {@code rate()} works on it all the same.
 */
final class DatabaseGauges {

    private final DatabaseView view;
    private final StatusReader reader;
    private final DatabaseEvents events;
    private final Clock clock;

    DatabaseGauges(DatabaseView view, StatusReader reader, DatabaseEvents events, Clock clock) {
        this.view = view;
        this.reader = reader;
        this.events = events;
        this.clock = clock;
    }

    void register(Registrar to) {
        sizes(to);
        syncs(to);
        checkpoints(to);
        state(to);
        restores(to);
        events.generations.forEach((reason, count) -> to.with("reason", reason.tag())
                .counter("litestream.generation.starts", "Generations that began, by reason", count::sum));
        for (Operation.Kind kind : List.of(Operation.Kind.SYNC, Operation.Kind.SEAL)) {
            to.with(Tag.OPERATION, Tag.value(kind))
                    .time(
                            "litestream.operation.age",
                            "How long the oldest local operation that is under way has lasted; 0 for none",
                            () -> age(reader.status().running(), kind, clock));
        }
    }

    private void sizes(Registrar to) {
        to.gauge("litestream.db.size", "Bytes of the database", () -> status(ReplicationStatus::databaseSize));
        to.gauge("litestream.wal.size", "Bytes of the WAL", () -> status(ReplicationStatus::walSize));
        to.time(
                "litestream.wal.blocked",
                "How long a transaction of the application has kept the WAL from being sealed; 0 if none does",
                () -> blocked(reader.status().seals().blockedSince(), clock));
        to.gauge(
                "litestream.shadow.wal.index",
                "Index of the shadow WAL",
                () -> status(status -> position(status.position(), Position::index)));
        to.gauge(
                "litestream.shadow.wal.size",
                "Bytes of the shadow WAL on the local disk",
                () -> status(ReplicationStatus::shadowSize));
        to.gauge(
                "litestream.total.wal.bytes",
                "Bytes of WAL that were copied to the shadow WAL; only grows",
                () -> status(ReplicationStatus::copiedBytes));
    }

    private void syncs(Registrar to) {
        to.gauge("litestream.sync.count", "Looks for new commits; only grows", events.syncs::sum);
        to.gauge("litestream.sync.error.count", "Looks that ended with an error; only grows", events.syncErrors::sum);
        to.gauge(
                "litestream.sync.seconds",
                "Time that looks took together; only grows",
                () -> seconds(events.syncNanos.sum()));
    }

    private void checkpoints(Registrar to) {
        Map<String, Function<CheckpointStatistics, CheckpointStatistics.Mode>> modes =
                Map.of("PASSIVE", CheckpointStatistics::passive, "RESTART", CheckpointStatistics::restart);
        modes.forEach((name, mode) -> {
            Registrar ofMode = to.with("mode", name);
            ofMode.gauge(
                    "litestream.checkpoint.count",
                    "Checkpoints; only grows",
                    () -> mode.apply(reader.status().checkpoints()).count());
            ofMode.gauge(
                    "litestream.checkpoint.error.count",
                    "Checkpoints that ended with an error; only grows",
                    () -> mode.apply(reader.status().checkpoints()).errors());
            ofMode.gauge(
                    "litestream.checkpoint.seconds",
                    "Time that checkpoints took together; only grows",
                    () -> seconds(mode.apply(reader.status().checkpoints()).nanos()));
        });
    }

    private void state(Registrar to) {
        to.gauge(
                "litestream.replicating",
                "1 while the database is replicated by this application, 0 otherwise",
                () -> isIn(ReplicationStatus.State.REPLICATING));
        for (ReplicationStatus.State state : ReplicationStatus.State.values()) {
            to.with("state", Tag.value(state))
                    .gauge("litestream.state", "1 for the state in which the database is", () -> isIn(state));
        }
    }

    private void restores(Registrar to) {
        to.time(
                "litestream.restore.duration",
                "How long the restore took with which the database began",
                () -> restore(last -> last.result().duration().toMillis()));
        to.bytes(
                "litestream.restore.size",
                "Bytes of the database that was restored",
                () -> restore(last -> last.result().databaseSize()));
        to.time(
                "litestream.restored",
                "When it was restored, since 1970",
                () -> restore(last -> last.at().toEpochMilli()));
    }

    private double restore(ToDoubleFunction<LastRestore> value) {
        return view.lastRestore().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static double blocked(@Nullable Instant since, Clock clock) {
        return since == null
                ? 0
                : Math.max(0, Duration.between(since, clock.instant()).toMillis());
    }

    private double status(ToDoubleFunction<ReplicationStatus> value) {
        return value.applyAsDouble(reader.status());
    }

    private double isIn(ReplicationStatus.State state) {
        return reader.status().state() == state ? 1 : 0;
    }

    private static double seconds(long nanos) {
        return (double) nanos / TimeUnit.SECONDS.toNanos(1);
    }

    static double position(@Nullable Position position, ToDoubleFunction<Position> value) {
        return position == null ? Double.NaN : value.applyAsDouble(position);
    }

    /** In milliseconds. */
    static double age(List<Operation> running, Operation.Kind kind, Clock clock) {
        return running.stream()
                .filter(operation -> operation.kind() == kind)
                .mapToDouble(operation ->
                        Duration.between(operation.since(), clock.instant()).toMillis())
                .max()
                .orElse(0);
    }
}
