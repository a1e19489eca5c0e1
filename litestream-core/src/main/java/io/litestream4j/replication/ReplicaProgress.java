package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.database.ShadowExtent;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far one replica is in the current generation, and how it fares. Changed by its worker, read by everybody.
 * Thread-safe.
 */
final class ReplicaProgress {

    private @Nullable Generation generation;
    private @Nullable Position next;
    private @Nullable Position required;
    private @Nullable Position followed;
    private boolean mayHoldSome;

    private ReplicaState state = ReplicaState.UNKNOWN;
    private @Nullable Position confirmed;
    private @Nullable Instant pendingSince;
    private @Nullable Instant lastConfirmedAt;
    private @Nullable Instant lastSnapshotAt;
    private @Nullable String lastError;
    private @Nullable Instant lastErrorAt;
    private @Nullable RetentionResult lastRetention;
    private @Nullable ValidationResult lastValidation;
    private @Nullable ValidationResult lastProof;
    private long uploads;

    /** Everything before this position is safe; null before the first confirmation in the current generation. */
    synchronized @Nullable Position confirmed() {
        return confirmed;
    }

    /** Where to ship from; null while what the replica holds isn't known, or is nothing. */
    synchronized @Nullable Position next() {
        return next;
    }

    synchronized @Nullable Generation generation() {
        return generation;
    }

    /** Whether the replica may hold something of the current generation, and wasn't looked at yet. */
    synchronized boolean mayHoldSome() {
        return mayHoldSome;
    }

    /**
     * The position from which this replica may still need the shadow WAL of a generation; null when it needs a snapshot
     * first. Before the first look at a replica that may hold some of it, everything.
     */
    synchronized @Nullable Position needs(Generation current, boolean beganHere) {
        if (state == ReplicaState.FENCED) {
            return null;
        }
        boolean looked = current.equals(generation);
        if (looked && (next != null || followed != null)) {
            return next != null ? next : followed;
        }
        boolean mayGoOn = looked ? mayHoldSome : !beganHere;
        return mayGoOn ? new Position(current, 0, 0) : null;
    }

    synchronized void framesCopied(Instant now) {
        if (pendingSince == null) {
            pendingSince = now;
        }
    }

    /** Another generation is current; null for none. */
    synchronized void beginGeneration(@Nullable Generation current, boolean replicaMayHoldSome) {
        generation = current;
        mayHoldSome = replicaMayHoldSome;
        next = null;
        followed = null;
        required = null;
        confirmed = null;
        lastSnapshotAt = null;
        become(ReplicaState.UNKNOWN);
    }

    /** It holds the first snapshot of the current generation, and will need what follows it. */
    synchronized void firstSnapshotStored(Position start) {
        followed = start;
    }

    /** The replica was looked at, and holds nothing of the current generation. */
    synchronized void holdsNothing() {
        mayHoldSome = false;
    }

    synchronized void catchingUp() {
        become(ReplicaState.CATCHING_UP);
    }

    /** A fenced one stays fenced, whatever an upload under way still comes to. */
    private void become(ReplicaState next) {
        if (state != ReplicaState.FENCED) {
            state = next;
        }
    }

    /**
     * The replica holds everything up to a position, by a snapshot or by what was found there.
     *
     * @param atLeast nothing is confirmed before this position is reached; null when it is confirmed as it is
     */
    synchronized void begin(Position from, @Nullable Position atLeast, Instant now) {
        required = atLeast;
        next = from;
        followed = null;
        mayHoldSome = false;
        advance(from, now);
    }

    synchronized void advance(Position to, Instant now) {
        next = to;
        if (required == null || to.isAtLeast(required)) {
            required = null;
            confirmed = to;
            lastConfirmedAt = now;
            become(ReplicaState.REPLICATING);
        }
    }

    /** An upload of everything there was is done; what is pending now was copied after it had begun. */
    synchronized void everythingWasShippedAt(Instant begun) {
        pendingSince = begun;
    }

    /** There is nothing to ship behind this position. */
    synchronized void compareWith(@Nullable Position newest, Instant now) {
        if (confirmed != null && confirmed.equals(newest)) {
            pendingSince = null;
            lastConfirmedAt = now;
        }
    }

    /** The replica has a snapshot of the current generation that was stored at a time. */
    synchronized void snapshotStored(Instant at) {
        lastSnapshotAt = at;
    }

    /** An object was stored. */
    synchronized void uploaded() {
        uploads++;
    }

    /** Objects that were stored in this run. */
    synchronized long uploads() {
        return uploads;
    }

    synchronized void retentionEnforced(RetentionResult result) {
        lastRetention = result;
    }

    synchronized void validated(ValidationResult result) {
        lastValidation = result;
        if (result.outcome() != ValidationResult.Outcome.INCONCLUSIVE) {
            lastProof = result;
        }
    }

    /** The storage did what it was asked; returns whether it had failed before. */
    synchronized boolean succeeded() {
        boolean recovered = lastError != null;
        lastError = null;
        if (state == ReplicaState.RETRYING || state == ReplicaState.WAITING_FOR_LEASE) {
            state = confirmed != null ? ReplicaState.REPLICATING : ReplicaState.CATCHING_UP;
        }
        return recovered;
    }

    /** The storage didn't; returns whether it is the first time since it last did. */
    synchronized boolean failed(Exception e, Instant now) {
        boolean first = lastError == null;
        lastError = e.toString();
        lastErrorAt = now;
        become(ReplicaState.RETRYING);
        return first;
    }

    /** Somebody else writes there, and did so before this engine: it may end. Returns whether that is new. */
    synchronized boolean waitsForLease(Exception e, Instant now) {
        boolean first = state != ReplicaState.WAITING_FOR_LEASE;
        lastError = e.getMessage();
        lastErrorAt = now;
        state = ReplicaState.WAITING_FOR_LEASE;
        return first;
    }

    /** Somebody else has taken the replica over; returns whether that is new. It stays so. */
    synchronized boolean fenced(Exception e, Instant now) {
        boolean first = state != ReplicaState.FENCED;
        if (first) {
            lastError = e.getMessage();
            lastErrorAt = now;
            state = ReplicaState.FENCED;
        }
        return first;
    }

    /** What went wrong last; null when nothing did since the last success. */
    synchronized @Nullable String lastError() {
        return lastError;
    }

    /** Whether another instance writes to the replica, so that this one doesn't. */
    synchronized boolean isOfAnother() {
        return state == ReplicaState.FENCED || state == ReplicaState.WAITING_FOR_LEASE;
    }

    synchronized boolean isFenced() {
        return state == ReplicaState.FENCED;
    }

    synchronized ReplicaStatus status(
            ReplicaLease lease, ShadowExtent extent, @Nullable Instant nextSnapshotAt, List<Operation> running) {
        Replica replica = lease.replica();
        return new ReplicaStatus(
                replica.name(),
                replica.client().type(),
                replica.client().url(),
                state,
                confirmed,
                next == null ? extent.size() : extent.bytesAfter(next),
                pendingSince,
                lastConfirmedAt,
                lastSnapshotAt,
                nextSnapshotAt,
                lastError,
                lastErrorAt,
                lastRetention,
                lastValidation,
                lastProof,
                replica.client().requests(),
                running,
                lease.status());
    }
}
