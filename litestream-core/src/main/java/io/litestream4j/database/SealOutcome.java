package io.litestream4j.database;

/**
 * What an attempt to seal the current WAL index came to.
 *
 * @param result how it ended
 * @param lockNanos how long the write lock was held
 */
public record SealOutcome(Result result, long lockNanos) {

    /** How an attempt ended. */
    public enum Result {
        /** The index is finished; the next commit begins another. */
        SEALED,
        /** The index had been sealed before, or nothing was written to it: there is nothing to do. */
        NOTHING_TO_SEAL,
        /** A reader of the application holds an older state of the database; the same index goes on. */
        BLOCKED_BY_READER,
        /** The write lock was not to be had within the busy timeout; the same index goes on. */
        LOCKED_BY_WRITER,
        /** A snapshot is being read and needs the database file as it is; the same index goes on. */
        SNAPSHOT_IN_PROGRESS
    }
}
