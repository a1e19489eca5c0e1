package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How long the oldest commit that a replica lacks has been waiting. Immutable. */
public final class ReplicaLag {

    private final Clock clock;
    private final Instant since;

    /** Counts from now for a replica that has never confirmed anything. */
    public ReplicaLag(Clock clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    Clock clock() {
        return clock;
    }

    /** Zero when nothing waits. */
    public Duration of(ReplicationStatus database, ReplicaStatus replica) {
        Instant waiting = waitingSince(database, replica);
        Duration lag = waiting == null ? Duration.ZERO : Duration.between(waiting, clock.instant());
        return lag.isNegative() ? Duration.ZERO : lag;
    }

    private @Nullable Instant waitingSince(ReplicationStatus database, ReplicaStatus replica) {
        if (replica.pendingSince() != null) {
            return replica.pendingSince();
        }
        if (database.problemSince() != null) {
            return database.problemSince();
        }
        boolean neverConfirmed = replica.lastConfirmedAt() == null && replica.state() != ReplicaState.REPLICATING;
        return neverConfirmed && database.state() == ReplicationStatus.State.REPLICATING ? since : null;
    }
}
