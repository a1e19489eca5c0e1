package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.RequestCounts;
import io.litestream4j.replication.Operation;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.spring.boot.autoconfigure.ReplicaLag;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What can be read at any time of one replica. */
final class ReplicaGauges {

    private static final Set<ReplicaState> FAILING =
            EnumSet.of(ReplicaState.RETRYING, ReplicaState.WAITING_FOR_LEASE, ReplicaState.FENCED);

    private static final List<Operation.Kind> KINDS = List.of(
            Operation.Kind.LOOK,
            Operation.Kind.UPLOAD,
            Operation.Kind.SNAPSHOT,
            Operation.Kind.RETENTION,
            Operation.Kind.VALIDATION);

    private final Replica replica;
    private final StatusReader reader;
    private final ReplicaEvents events;
    private final ReplicaLag lag;
    private final Clock clock;

    ReplicaGauges(Replica replica, StatusReader reader, ReplicaEvents events, ReplicaLag lag, Clock clock) {
        this.replica = replica;
        this.reader = reader;
        this.events = events;
        this.lag = lag;
        this.clock = clock;
    }

    void register(Registrar to) {
        positions(to);
        behind(to);
        lease(to);
        proofs(to);
        snapshots(to);
        counts(to);
        requests(to);
        for (Operation.Kind kind : KINDS) {
            to.with(Tag.OPERATION, Tag.value(kind))
                    .time(
                            "litestream.replica.operation.age",
                            "How long the oldest operation for the replica that is under way has lasted; 0 for none",
                            () -> value(status -> DatabaseGauges.age(status.running(), kind, clock)));
        }
    }

    private void positions(Registrar to) {
        to.gauge(
                "litestream.replica.wal.bytes",
                "Bytes of WAL that the replica has stored; only grows",
                events.walBytes::sum);
        to.gauge(
                "litestream.replica.wal.index",
                "Index of the replica's position",
                () -> value(status -> DatabaseGauges.position(status.position(), Position::index)));
        to.gauge(
                "litestream.replica.wal.offset",
                "Offset of the replica's position",
                () -> value(status -> DatabaseGauges.position(status.position(), Position::offset)));
    }

    private void behind(Registrar to) {
        to.time(
                "litestream.replica.lag",
                "How long the oldest commit that the replica lacks has waited",
                () -> value(status -> lag.of(reader.status(), status).toMillis()));
        to.bytes(
                "litestream.replica.pending",
                "Bytes of WAL that the replica lacks: what is lost with the machine",
                () -> value(ReplicaStatus::pendingBytes));
        to.time(
                "litestream.replica.confirmed",
                "When the replica last confirmed something, since 1970",
                () -> value(status -> at(status.lastConfirmedAt())));
        to.gauge(
                "litestream.replica.failing",
                "1 while the last attempt to use the replica went wrong, 0 otherwise",
                () -> value(status -> FAILING.contains(status.state()) ? 1 : 0));
    }

    private void lease(Registrar to) {
        to.gauge(
                "litestream.replica.fenced",
                "1 if another instance has taken the replica over, so that nothing is written there any more, 0 otherwise",
                () -> value(status -> status.state() == ReplicaState.FENCED ? 1 : 0));
    }

    private void proofs(Registrar to) {
        to.gauge(
                "litestream.replica.valid",
                "1 if the last validation proved that the replica can be restored, 0 if it found damage",
                () -> value(status -> valid(status.lastProof())));
        to.time(
                "litestream.replica.validated",
                "When the last validation proved something, since 1970",
                () -> value(status -> status.lastProof() == null
                        ? Double.NaN
                        : at(status.lastProof().at())));
    }

    private void snapshots(Registrar to) {
        to.time(
                "litestream.snapshot.taken",
                "When the newest snapshot of the current generation was stored, since 1970",
                () -> value(status -> at(status.lastSnapshotAt())));
        to.bytes("litestream.snapshot.size", "Bytes of the database in the last snapshot", () -> events.snapshotSize);
        to.bytes("litestream.snapshot.stored", "Bytes of the last snapshot's object", () -> events.snapshotStored);
    }

    private void counts(Registrar to) {
        String validation = "litestream.replica.validation";
        String compared = "Validations that found something out";
        to.with("status", "ok").counter(validation, compared, events.validationsOk::sum);
        to.with("status", "error").counter(validation, compared, events.validationErrors::sum);
        String deleted = "litestream.retention.deleted";
        String objects = "Objects that were deleted because nothing asks for them any longer";
        to.with("object", "snapshot").counter(deleted, objects, events.snapshotsDeleted::sum);
        to.with("object", "segment").counter(deleted, objects, events.segmentsDeleted::sum);
    }

    private void requests(Registrar to) {
        for (RequestKind kind : RequestKind.values()) {
            Registrar ofKind = to.with(Tag.OPERATION, kind.name());
            String name = "litestream.replica.requests";
            String text = "Requests that were sent to the replica's storage";
            ofKind.with(Tag.OUTCOME, Tag.ERROR).counter(name, text, () -> count(kind::failures));
            ofKind.with(Tag.OUTCOME, Tag.SUCCESS)
                    .counter(name, text, () -> count(counts -> kind.count(counts) - kind.failures(counts)));
            if (kind.movesBytes()) {
                ofKind.counter(
                        "litestream.replica.bytes",
                        "Bytes of objects that were sent to the replica's storage, or received",
                        () -> count(kind::bytes));
            }
        }
    }

    private long count(ToLongFunction<RequestCounts> value) {
        return value.applyAsLong(replica.client().requests());
    }

    private double value(ToDoubleFunction<ReplicaStatus> value) {
        return reader.replica(replica.name(), value);
    }

    private static double valid(@Nullable ValidationResult proof) {
        if (proof == null) {
            return Double.NaN;
        }
        return proof.outcome() == ValidationResult.Outcome.VALID ? 1 : 0;
    }

    private static double at(@Nullable Instant time) {
        return time == null ? Double.NaN : time.toEpochMilli();
    }
}
