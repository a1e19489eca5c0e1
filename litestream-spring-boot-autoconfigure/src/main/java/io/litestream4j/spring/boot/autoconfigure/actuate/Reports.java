package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.Position;
import io.litestream4j.lease.LeaseStatus;
import io.litestream4j.replication.Operation;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.RetentionResult;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.restore.RestoreResult;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.LastRestore;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From what the engine knows to what is shown. Asks no replica, and never waits. */
final class Reports {

    private final LitestreamDatabases databases;
    private final Assessment assessment;
    private final Clock clock;

    Reports(LitestreamDatabases databases, Assessment assessment, Clock clock) {
        this.databases = databases;
        this.assessment = assessment;
        this.clock = clock;
    }

    LitestreamReport all() {
        Map<String, DatabaseReport> reports = new LinkedHashMap<>();
        databases.beingRestored().forEach(name -> reports.put(name, DatabaseReport.restoring()));
        List<DatabaseView> views = databases.views();
        Verdict.Level worst = views.isEmpty() ? Verdict.Level.UNKNOWN : Verdict.Level.UP;
        for (DatabaseView view : views) {
            ReplicationStatus status = view.database().status();
            Verdict verdict = assessment.of(status);
            worst = verdict.level().compareTo(worst) > 0 ? verdict.level() : worst;
            reports.put(view.name(), database(view, status, verdict));
        }
        return new LitestreamReport(worst.name(), reports);
    }

    private DatabaseReport database(DatabaseView view, ReplicationStatus status, Verdict verdict) {
        ReplicationStatus.GenerationStart start = status.lastGeneration();
        Position position = status.position();
        return new DatabaseReport(
                String.valueOf(status.database().getFileName()),
                verdict.level().name(),
                DatabaseState.of(view, status, verdict),
                view.publicText(status.detail()),
                reasons(view, verdict),
                position == null ? null : position.generation().toString(),
                start == null ? null : view.publicText(start.reason()),
                start == null ? null : start.at(),
                text(position),
                status.databaseSize(),
                status.walSize(),
                status.shadowSize(),
                status.looks().lastEndedAt(),
                running(status.running()),
                view.lastRestore().map(last -> restore(view, last)).orElse(null),
                status.replicas().stream()
                        .map(replica -> replica(view, status, replica))
                        .toList());
    }

    private static DatabaseReport.Restore restore(DatabaseView view, LastRestore last) {
        RestoreResult result = last.result();
        return new DatabaseReport.Restore(
                result.replica(),
                view.publicText(result.replicaUrl()),
                result.position().toString(),
                result.lastObjectAt(),
                last.at(),
                result.duration(),
                result.databaseSize());
    }

    private static ReplicaReport.@Nullable Lease lease(@Nullable LeaseStatus lease) {
        return lease == null
                ? null
                : new ReplicaReport.Lease(
                        lease.holder(),
                        lease.own(),
                        lease.expiresAt(),
                        lease.generation() == null ? null : lease.generation().name());
    }

    private ReplicaReport replica(DatabaseView view, ReplicationStatus status, ReplicaStatus replica) {
        Verdict verdict = assessment.of(status, replica);
        return new ReplicaReport(
                replica.name(),
                replica.type(),
                view.publicText(replica.url()),
                verdict.level().name(),
                replica.state().name(),
                reasons(view, verdict),
                text(replica.position()),
                replica.pendingBytes(),
                assessment.lag(status, replica),
                replica.lastConfirmedAt(),
                replica.lastSnapshotAt(),
                replica.nextSnapshotAt(),
                view.publicText(replica.lastError()),
                replica.lastErrorAt(),
                replica.lastRetention() == null ? null : retention(view, replica.lastRetention()),
                replica.lastValidation() == null ? null : validation(view, replica.lastValidation()),
                running(replica.running()),
                lease(replica.lease()),
                replica.requests(),
                MonthlyCost.of(replica.requests(), view.madeAt(), clock.instant())
                        .orElse(null));
    }

    static ReplicaReport.Retention retention(DatabaseView view, RetentionResult result) {
        return new ReplicaReport.Retention(
                result.at(), result.snapshotsDeleted(), result.segmentsDeleted(), view.publicText(result.problem()));
    }

    static ReplicaReport.Validation validation(DatabaseView view, ValidationResult result) {
        return new ReplicaReport.Validation(
                result.outcome().name(),
                text(result.position()),
                result.at(),
                result.duration(),
                view.publicText(result.detail()));
    }

    private static List<DatabaseReport.Running> running(List<Operation> operations) {
        return operations.stream()
                .map(operation -> new DatabaseReport.Running(operation.kind().name(), operation.since()))
                .toList();
    }

    private static List<String> reasons(DatabaseView view, Verdict verdict) {
        return verdict.reasons().stream()
                .map(reason -> String.valueOf(view.publicText(reason)))
                .toList();
    }

    private static @Nullable String text(@Nullable Position position) {
        return position == null ? null : position.toString();
    }
}
