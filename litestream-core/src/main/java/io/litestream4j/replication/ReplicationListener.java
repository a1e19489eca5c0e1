package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;

/**
 * Hears what happens to a replicated database. Called on the engine's threads: return quickly, don't call back into the
 * database. An exception is logged and has no other effect.
 */
public interface ReplicationListener {

    /** A generation began at a position, because of a reason. */
    default void generationStarted(Position position, String reason) {}

    /** Everything that was committed up to a position is copied; replicas get it from here. */
    default void positionChanged(Position position) {}

    /** It was tried to end a WAL index; also when there was nothing to end. */
    default void sealTried(SealTrial trial) {}

    /** A replica confirmed everything up to a position. */
    default void replicated(String replica, Position position) {}

    /** A replica stored a snapshot. */
    default void snapshotWritten(String replica, SnapshotInfo snapshot) {}

    /** A replica was looked through for what it need not hold any longer, and something came of it. */
    default void retentionEnforced(String replica, RetentionResult result) {}

    /** A replica was restored and compared with the database. */
    default void validated(String replica, ValidationResult result) {}

    /** A replica could not be used, for the first time since it last could. */
    default void replicaDegraded(String replica, Exception cause) {}

    /**
     * Another instance has taken a replica over: nothing is written to it any more, as long as this instance runs. What
     * the application commits from now on is in the local database only.
     */
    default void replicaFenced(String replica, String reason) {}

    /** A replica can be used again. */
    default void replicaRecovered(String replica) {}
}
