package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.replication.Operation;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.ReplicationStatus.State;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.spring.boot.autoconfigure.ReplicaLag;
import io.litestream4j.spring.boot.autoconfigure.actuate.Verdict.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges databases and replicas by what is known of them. UP needs a recent confirmation, or nothing to confirm. It is the
 * watchdog, too: where commits go on and confirmations don't, it names the work in which the engine hangs.
 */
final class Assessment {

    private final ReplicaLag lag;
    private final Duration maxLag;
    private final @Nullable Duration downAfter;

    /**
     * @param maxLag beyond it a replica is DEGRADED
     * @param downAfter beyond it a replica is DOWN; null for never
     */
    Assessment(ReplicaLag lag, Duration maxLag, @Nullable Duration downAfter) {
        this.lag = lag;
        this.maxLag = maxLag;
        this.downAfter = downAfter;
    }

    Duration lag(ReplicationStatus database, ReplicaStatus replica) {
        return lag.of(database, replica);
    }

    /** A database with its replicas. */
    Verdict of(ReplicationStatus database) {
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(local(database));
        if (database.state() == State.REPLICATING) {
            database.replicas().forEach(replica -> verdicts.add(of(database, replica)));
        }
        return Verdict.worst(verdicts);
    }

    private Verdict local(ReplicationStatus database) {
        String detail = String.valueOf(database.detail());
        if (database.state() == State.FENCED) {
            return Verdict.of(Level.DOWN, detail);
        }
        // a database that can't be opened, or taken over, is not replicated whatever it waits for
        return Verdict.worst(List.of(ofState(database.state(), detail), problem(database), hang(database)));
    }

    private static Verdict ofState(State state, String detail) {
        return switch (state) {
            case FENCED, WAITING_FOR_DATABASE, REPLICATING -> Verdict.WELL;
            case STOPPED -> Verdict.of(Level.UNKNOWN, "replication is stopped");
            case STANDBY -> Verdict.of(Level.UNKNOWN, detail);
        };
    }

    /** Commits that can't even be copied have no lag that could be measured: the time of the trouble stands for it. */
    private Verdict problem(ReplicationStatus database) {
        Instant since = database.problemSince();
        if (since == null) {
            return Verdict.WELL;
        }
        boolean persistent = age(since).compareTo(maxLag) > 0;
        return Verdict.of(
                persistent ? Level.DOWN : Level.DEGRADED,
                "commits can't be copied since %s: %s".formatted(since, database.detail()));
    }

    private Verdict hang(ReplicationStatus database) {
        Instant begun = database.looks().begunAt();
        if (begun != null && age(begun).compareTo(maxLag) > 0) {
            return Verdict.of(
                    Level.DEGRADED,
                    "the engine hangs since %s in %s".formatted(begun, phase(database.running(), "a look at the WAL")));
        }
        // nobody looks at what is stopped
        Instant unseen = database.state() == State.STOPPED ? null : lag.notLookedAtSince(database);
        if (unseen != null && age(unseen).compareTo(maxLag) > 0) {
            return Verdict.of(
                    Level.DEGRADED, "the WAL has changed, and the engine hasn't looked at it since " + unseen);
        }
        return Verdict.WELL;
    }

    /** A replica of a database that is being replicated. */
    Verdict of(ReplicationStatus database, ReplicaStatus replica) {
        if (database.state() != State.REPLICATING) {
            return Verdict.of(Level.UNKNOWN, "nothing is shipped");
        }
        return Verdict.worst(List.of(lease(replica), proof(replica), behind(database, replica)));
    }

    /** Whoever has lost a replica, or waits for it, may have the wrong state of the database, too. */
    private static Verdict lease(ReplicaStatus replica) {
        String who = String.valueOf(replica.lastError());
        return switch (replica.state()) {
            case FENCED -> Verdict.of(Level.DOWN, who);
            case WAITING_FOR_LEASE -> Verdict.of(Level.DEGRADED, who);
            default -> Verdict.WELL;
        };
    }

    /** A backup that is no good doesn't keep the application from serving: that is why it isn't DOWN. */
    private static Verdict proof(ReplicaStatus replica) {
        ValidationResult proof = replica.lastProof();
        if (proof == null || isSound(proof)) {
            return Verdict.WELL;
        }
        return Verdict.of(
                Level.DEGRADED,
                "the validation of %s at %s found damage: %s".formatted(replica.name(), proof.at(), proof.detail()));
    }

    private static boolean isSound(ValidationResult proof) {
        return proof.outcome() == ValidationResult.Outcome.VALID && !proof.olderStatesDamaged();
    }

    private Verdict behind(ReplicationStatus database, ReplicaStatus replica) {
        Duration behind = lag.of(database, replica);
        if (downAfter != null && behind.compareTo(downAfter) > 0) {
            return Verdict.of(Level.DOWN, why(replica, behind));
        }
        if (behind.compareTo(maxLag) > 0) {
            return Verdict.of(Level.DEGRADED, why(replica, behind));
        }
        return replica.lastConfirmedAt() == null
                ? Verdict.of(Level.UNKNOWN, replica.name() + " has not confirmed anything yet" + trouble(replica))
                : Verdict.WELL;
    }

    private static String why(ReplicaStatus replica, Duration behind) {
        return "%s has confirmed nothing for %d s while %d bytes wait%s"
                .formatted(replica.name(), behind.toSeconds(), replica.pendingBytes(), trouble(replica));
    }

    private static String trouble(ReplicaStatus replica) {
        String error = replica.lastError() == null ? "" : ", last error: " + replica.lastError();
        return replica.running().isEmpty() ? error : ", " + phase(replica.running(), "") + error;
    }

    /** The innermost of what is under way. */
    private static String phase(List<Operation> running, String otherwise) {
        if (running.isEmpty()) {
            return otherwise;
        }
        Operation innermost = running.get(running.size() - 1);
        return "%s, under way since %s".formatted(innermost.kind(), innermost.since());
    }

    private Duration age(Instant since) {
        return Duration.between(since, lag.clock().instant());
    }
}
