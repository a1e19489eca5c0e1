package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.database.CheckpointStatistics;
import io.litestream4j.lease.LeaseStatus;
import io.litestream4j.replica.RequestCounts;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about one replicated database at one moment. Immutable.
 *
 * @param database the database's file
 * @param state what the engine does with it
 * @param detail why it is in that state, for a person; null when there is nothing to say
 * @param problemSince since when the local work goes wrong, so that commits are not even copied; null when it doesn't
 * @param position how far its WAL is copied; null before the first generation
 * @param databaseSize bytes of the database's file at the last look; 0 when it didn't exist
 * @param walSize bytes of its WAL at the last look
 * @param shadowSize bytes of the shadow WAL on the local disk
 * @param copiedBytes bytes of WAL that were copied since the database was opened
 * @param lastGeneration when and why the current generation began; null when it was continued from an earlier run
 * @param seals how often a WAL index was sealed, tried, and how long writers had to wait for it
 * @param checkpoints the checkpoints that were made on purpose since the engine was made, for seals and new generations
 * @param looks when the engine looked at the database
 * @param running what is under way on the local disk, the oldest first
 * @param replicas one entry for each replica, in the order of configuration
 */
public record ReplicationStatus(
        Path database,
        State state,
        @Nullable String detail,
        @Nullable Instant problemSince,
        @Nullable Position position,
        long databaseSize,
        long walSize,
        long shadowSize,
        long copiedBytes,
        @Nullable GenerationStart lastGeneration,
        SealStatistics seals,
        CheckpointStatistics checkpoints,
        Looks looks,
        List<Operation> running,
        List<ReplicaStatus> replicas) {

    /** What the engine does with a database. */
    public enum State {
        /** Not started, or stopped. */
        STOPPED,
        /** The database's file doesn't exist yet, or is empty. */
        WAITING_FOR_DATABASE,
        /** Another process, or another context of this one, replicates the database; this one takes over when it ends. */
        STANDBY,
        /** The WAL is being copied, and every replica is being fed. */
        REPLICATING,
        /** Another replicator was at work, so this one has ended until a person has looked; the application goes on. */
        FENCED
    }

    /**
     * The start of a generation.
     *
     * @param reason why the one before it could not go on
     * @param at when
     */
    public record GenerationStart(String reason, Instant at) {}

    /**
     * When the engine looked at the database for commits. One that has begun long ago and hasn't ended hangs.
     *
     * @param firstAt when it first looked; null before
     * @param lastEndedAt when a look last ended; null before the first
     * @param begunAt when the present one began; null when none is under way
     * @param dueAt when the next one is due at the latest; null when none is before something happens
     */
    public record Looks(
            @Nullable Instant firstAt,
            @Nullable Instant lastEndedAt,
            @Nullable Instant begunAt,
            @Nullable Instant dueAt) {

        /** It hasn't looked yet. */
        public static final Looks NONE = new Looks(null, null, null, null);
    }

    /**
     * Counts of seals since the engine was opened.
     *
     * @param tried attempts
     * @param done attempts that ended a WAL index
     * @param medianLockNanos median time for which the write lock was held, over the last 1024 attempts
     * @param maxLockNanos longest time for which the write lock was held
     * @param blockedSince since when a transaction of the application has kept the WAL from being sealed, so that it
     *     grows; null when none does
     */
    public record SealStatistics(
            long tried,
            long done,
            long medianLockNanos,
            long maxLockNanos,
            @Nullable Instant blockedSince) {}

    /**
     * What is known about one replica.
     *
     * @param name its name
     * @param type kind of storage
     * @param url where, without secrets
     * @param state what is being done with it
     * @param position the last position that it confirmed in the current generation; null before the first
     * @param pendingBytes bytes of WAL that are copied but not confirmed: what the loss of the machine would cost
     * @param pendingSince when the oldest unconfirmed commit was seen; null when everything is confirmed
     * @param lastConfirmedAt when it last confirmed an upload, or proved to hold everything; null before
     * @param lastSnapshotAt when the newest snapshot of the current generation was stored; null while there is none, or
     *     before the first look
     * @param nextSnapshotAt when the next one is due, if anything is committed until then; null when none will be, or
     *     before the first look
     * @param lastError what went wrong last, null when nothing did since the last success
     * @param lastErrorAt when that was
     * @param lastRetention what the last look for old objects came to; null before the first
     * @param lastValidation what the last comparison with the database came to; null before the first
     * @param lastProof the last comparison that found anything out, VALID or INVALID; null before the first
     * @param requests what was asked of the storage since its client was made
     * @param running what is under way for it, the oldest first
     * @param lease who may write to it; null before that was asked, or when no lease is kept
     */
    public record ReplicaStatus(
            String name,
            String type,
            String url,
            ReplicaState state,
            @Nullable Position position,
            long pendingBytes,
            @Nullable Instant pendingSince,
            @Nullable Instant lastConfirmedAt,
            @Nullable Instant lastSnapshotAt,
            @Nullable Instant nextSnapshotAt,
            @Nullable String lastError,
            @Nullable Instant lastErrorAt,
            @Nullable RetentionResult lastRetention,
            @Nullable ValidationResult lastValidation,
            @Nullable ValidationResult lastProof,
            RequestCounts requests,
            List<Operation> running,
            @Nullable LeaseStatus lease) {}

    /** What is being done with a replica. */
    public enum ReplicaState {
        /** Not asked yet. */
        UNKNOWN,
        /** Its first snapshot of the current generation is not stored yet: nothing is confirmed. */
        CATCHING_UP,
        /** Segments are being shipped; everything up to its position is safe. */
        REPLICATING,
        /** The last attempt went wrong; the next one comes by the clock. */
        RETRYING,
        /** Somebody else has its lease, so nothing is written to it until that one ends. */
        WAITING_FOR_LEASE,
        /** Somebody else has taken its lease from this engine, which doesn't write to it any more; the application goes on. */
        FENCED
    }
}
