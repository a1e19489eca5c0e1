package io.litestream4j.replication;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One piece of the engine's work, from its begin to its end. Immutable.
 *
 * @param kind what is done
 * @param database the database's name, as its builder was told
 * @param replica the replica's name; null for work on the local disk
 * @param since when it began
 */
public record Operation(
        Kind kind, String database, @Nullable String replica, Instant since) {

    /** What is done. */
    public enum Kind {
        /** Copying what was committed to the shadow WAL. */
        SYNC,
        /** Ending a WAL index, or beginning a generation, which needs that. */
        SEAL,
        /** Asking a replica what it holds, before anything is shipped. */
        LOOK,
        /** Storing a WAL segment. */
        UPLOAD,
        /** Storing a snapshot. */
        SNAPSHOT,
        /** Deleting what a replica need not hold any longer. */
        RETENTION,
        /** Restoring a replica to a temporary file and comparing it with the database. */
        VALIDATION,
        /** Restoring the database. */
        RESTORE
    }
}
