package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long the oldest commit that a replica lacks has been waiting. What isn't even copied waits, too: when the engine hangs
 * in local work, and the WAL has changed since, commits wait since then. Thread-safe.
 */
public final class ReplicaLag {

    /** Local work that takes longer hangs, or is about to. */
    private static final Duration LONG_LOOK = Duration.ofSeconds(5);

    private final Clock clock;

    public ReplicaLag(Clock clock) {
        this.clock = clock;
    }

    /** Where the time comes from. */
    public Clock clock() {
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
        Instant notLookedAt = notLookedAtSince(database);
        if (notLookedAt != null) {
            return notLookedAt;
        }
        // a replica that has never confirmed anything is behind since the engine first looked
        boolean neverConfirmed = replica.lastConfirmedAt() == null && replica.state() != ReplicaState.REPLICATING;
        boolean replicating = database.state() == ReplicationStatus.State.REPLICATING;
        return neverConfirmed && replicating ? database.looks().firstAt() : null;
    }

    /**
     * Since when commits may have come that the engine hasn't seen; null when it looks as it should. Where it hangs nothing
     * is asked of the file system, which may be what it hangs in.
     */
    public @Nullable Instant notLookedAtSince(ReplicationStatus database) {
        ReplicationStatus.Looks looks = database.looks();
        if (looks.begunAt() != null) {
            return isLongAgo(looks.begunAt()) ? looks.begunAt() : null;
        }
        if (looks.dueAt() == null || looks.lastEndedAt() == null || !isLongAgo(looks.dueAt())) {
            return null;
        }
        Instant changed = walChangedAt(database.database());
        return changed != null && !changed.isBefore(looks.lastEndedAt()) ? looks.lastEndedAt() : null;
    }

    private boolean isLongAgo(Instant time) {
        return time.plus(LONG_LOOK).isBefore(clock.instant());
    }

    private static @Nullable Instant walChangedAt(Path database) {
        try {
            return Files.getLastModifiedTime(Path.of(database + "-wal")).toInstant();
        } catch (IOException e) {
            return null;
        }
    }
}
