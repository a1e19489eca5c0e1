package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.ValidationResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * UP while every replica has what it should have; DEGRADED, which Spring Boot doesn't count, while one is further behind
 * than litestream.health.max-lag; DOWN when a person is needed.
 */
final class LitestreamHealthIndicator extends AbstractHealthIndicator {

    private static final Status DEGRADED = new Status("DEGRADED");

    private final LitestreamDatabases databases;
    private final ReplicaLag lag;
    private final Clock clock;
    private final LitestreamProperties.Health limits;

    LitestreamHealthIndicator(LitestreamDatabases databases, ReplicaLag lag, LitestreamProperties.Health limits) {
        super("Replication can't be asked");
        this.clock = lag.clock();
        this.databases = databases;
        this.lag = lag;
        this.limits = limits;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Status worst = databases.entries().isEmpty() ? Status.UNKNOWN : Status.UP;
        for (LitestreamDatabases.Entry entry : databases.entries()) {
            ReplicationStatus status = entry.database().status();
            PublicText text = new PublicText(entry.setup());
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("state", status.state());
            put(details, "detail", text.of(status.detail()));
            worst = worse(worst, ofState(status.state()));
            worst = worse(worst, ofProblem(status.problemSince()));
            for (ReplicaStatus replica : status.replicas()) {
                Duration behind = lag.of(status, replica);
                details.put(replica.name(), replica(replica, behind, text));
                worst = worse(worst, ofLag(behind));
                worst = worse(worst, ofProof(replica.lastProof()));
            }
            builder.withDetail(entry.setup().name(), details);
        }
        builder.status(worst);
    }

    private static Map<String, Object> replica(ReplicaStatus replica, Duration behind, PublicText text) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("state", replica.state());
        details.put("lag", behind.toString());
        details.put("pendingBytes", replica.pendingBytes());
        put(details, "lastConfirmedAt", replica.lastConfirmedAt());
        put(details, "lastError", text.of(replica.lastError()));
        ValidationResult proof = replica.lastProof();
        if (proof != null) {
            details.put("lastProof", proof.outcome());
            details.put("lastProofAt", proof.at());
        }
        if (proof != null && !isSound(proof)) {
            put(details, "damage", text.of(proof.detail()));
        }
        return details;
    }

    private static void put(Map<String, Object> details, String key, @Nullable Object value) {
        if (value != null) {
            details.put(key, value);
        }
    }

    private static Status ofState(ReplicationStatus.State state) {
        return switch (state) {
            case FENCED -> Status.DOWN;
            case STOPPED, STANDBY -> Status.UNKNOWN;
            case WAITING_FOR_DATABASE, REPLICATING -> Status.UP;
        };
    }

    /** Commits that can't even be copied have no lag that could be measured: the time of the trouble stands for it. */
    private Status ofProblem(@Nullable Instant since) {
        if (since == null) {
            return Status.UP;
        }
        return Duration.between(since, clock.instant()).compareTo(limits.getMaxLag()) > 0 ? Status.DOWN : DEGRADED;
    }

    /** A backup that is no good doesn't keep the application from serving: that is why it isn't DOWN. */
    private static Status ofProof(@Nullable ValidationResult proof) {
        return isSound(proof) ? Status.UP : DEGRADED;
    }

    private static boolean isSound(@Nullable ValidationResult proof) {
        return proof == null || (proof.outcome() == ValidationResult.Outcome.VALID && !proof.olderStatesDamaged());
    }

    private Status ofLag(Duration behind) {
        if (limits.getDownAfter() != null && behind.compareTo(limits.getDownAfter()) > 0) {
            return Status.DOWN;
        }
        return behind.compareTo(limits.getMaxLag()) > 0 ? DEGRADED : Status.UP;
    }

    private static Status worse(Status one, Status other) {
        return rank(one) >= rank(other) ? one : other;
    }

    private static int rank(Status status) {
        if (status.equals(Status.DOWN)) {
            return 3;
        }
        if (status.equals(DEGRADED)) {
            return 2;
        }
        return status.equals(Status.UNKNOWN) ? 1 : 0;
    }
}
