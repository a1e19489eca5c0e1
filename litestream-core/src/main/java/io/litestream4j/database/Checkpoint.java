package io.litestream4j.database;

/**
 * What {@code pragma wal_checkpoint} answered.
 *
 * @param busy whether it could not do what its mode promises
 * @param frames committed frames in the WAL
 * @param backfilled frames of them that are in the database file
 */
record Checkpoint(boolean busy, long frames, long backfilled) {

    /** The modes that are used here. FULL and TRUNCATE are never needed. */
    enum Mode {
        /** Does nothing, takes no lock, and tells the numbers; before SQLite 3.51 the same as PASSIVE. */
        NOOP,
        PASSIVE,
        RESTART
    }

    /** Whether every committed frame is in the database file. */
    boolean isComplete() {
        return !busy && frames == backfilled;
    }
}
