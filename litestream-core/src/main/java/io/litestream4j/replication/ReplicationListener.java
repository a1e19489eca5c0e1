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

    /** A replica confirmed everything up to a position. */
    default void replicated(String replica, Position position) {}

    /** A replica stored a snapshot. */
    default void snapshotWritten(String replica, SnapshotInfo snapshot) {}

    /** A replica could not be used, for the first time since it last could. */
    default void replicaDegraded(String replica, Exception cause) {}

    /** A replica can be used again. */
    default void replicaRecovered(String replica) {}
}
