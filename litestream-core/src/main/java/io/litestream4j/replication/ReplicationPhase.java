package io.litestream4j.replication;

/** What the engine is in the middle of; a crash is told from another by it. */
enum ReplicationPhase {
    /** Ending a WAL index. */
    SEAL,
    /** Storing a WAL segment. */
    UPLOAD,
    /** Storing a snapshot. */
    SNAPSHOT,
    /** Deleting what a replica need not hold any longer. */
    RETENTION
}
