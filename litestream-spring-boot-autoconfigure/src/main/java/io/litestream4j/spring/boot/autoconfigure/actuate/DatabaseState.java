package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.actuate.Verdict.Level;

/** What is being done with a database, in one word. */
public enum DatabaseState {
    /** It is being restored, and not open yet. */
    RESTORING,
    /** Its file doesn't exist yet. */
    WAITING,
    /** Another process or context replicates it; this one takes over when that one ends. */
    STANDBY,
    /** A replica lacks its first snapshot of the generation, or hasn't been asked yet. */
    CATCHING_UP,
    /** Every commit is shipped. */
    REPLICATING,
    /** It is replicated, but not as it should be: see why. */
    DEGRADED,
    /** Another replicator was at work; this one has ended until a person has looked. */
    FENCED,
    /** Replication hasn't started, or was stopped. */
    STOPPED;

    static DatabaseState of(DatabaseView view, ReplicationStatus status, Verdict verdict) {
        return switch (status.state()) {
            case STOPPED -> view.isBeingRestored() ? RESTORING : STOPPED;
            case WAITING_FOR_DATABASE -> WAITING;
            case STANDBY -> STANDBY;
            case FENCED -> FENCED;
            case REPLICATING -> replicating(status, verdict);
        };
    }

    private static DatabaseState replicating(ReplicationStatus status, Verdict verdict) {
        if (verdict.level().compareTo(Level.DEGRADED) >= 0) {
            return DEGRADED;
        }
        return status.replicas().stream().allMatch(DatabaseState::hasBase) ? REPLICATING : CATCHING_UP;
    }

    private static boolean hasBase(ReplicaStatus replica) {
        return replica.position() != null;
    }
}
