package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * UP while every replica has what it should have, UNKNOWN before it has confirmed anything; DEGRADED, which Spring Boot
 * doesn't count, while one is further behind than litestream.health.max-lag; DOWN when a person is needed. Never waits.
 */
final class LitestreamHealthIndicator extends AbstractHealthIndicator {

    private final LitestreamDatabases databases;
    private final Assessment assessment;

    LitestreamHealthIndicator(LitestreamDatabases databases, Assessment assessment) {
        super("Replication can't be asked");
        this.databases = databases;
        this.assessment = assessment;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        List<DatabaseView> views = databases.views();
        Verdict.Level worst = views.isEmpty() ? Verdict.Level.UNKNOWN : Verdict.Level.UP;
        for (DatabaseView view : views) {
            ReplicationStatus status = view.database().status();
            Verdict verdict = assessment.of(status);
            worst = verdict.level().compareTo(worst) > 0 ? verdict.level() : worst;
            builder.withDetail(view.name(), database(view, status, verdict));
        }
        builder.status(status(worst));
    }

    /** Also for DEGRADED, which Spring Boot doesn't know. */
    static Status status(Verdict.Level level) {
        return new Status(level.name());
    }

    private Map<String, Object> database(DatabaseView view, ReplicationStatus status, Verdict verdict) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("status", verdict.level());
        details.put("state", DatabaseState.of(view, status, verdict));
        put(details, "detail", view.publicText(status.detail()));
        putReasons(details, view, verdict);
        Map<String, Object> replicas = new LinkedHashMap<>();
        status.replicas().forEach(replica -> replicas.put(replica.name(), replica(view, status, replica)));
        details.put("replicas", replicas);
        return details;
    }

    private Map<String, Object> replica(DatabaseView view, ReplicationStatus status, ReplicaStatus replica) {
        Verdict verdict = assessment.of(status, replica);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("status", verdict.level());
        details.put("state", replica.state());
        putReasons(details, view, verdict);
        details.put("lag", assessment.lag(status, replica).toString());
        details.put("pendingBytes", replica.pendingBytes());
        put(details, "lastConfirmedAt", replica.lastConfirmedAt());
        put(details, "lastError", view.publicText(replica.lastError()));
        ValidationResult proof = replica.lastProof();
        if (proof != null) {
            details.put("lastProof", proof.outcome());
            details.put("lastProofAt", proof.at());
        }
        return details;
    }

    private static void putReasons(Map<String, Object> details, DatabaseView view, Verdict verdict) {
        if (!verdict.reasons().isEmpty()) {
            details.put("why", verdict.reasons().stream().map(view::publicText).toList());
        }
    }

    private static void put(Map<String, Object> details, String key, @Nullable Object value) {
        if (value != null) {
            details.put(key, value);
        }
    }
}
