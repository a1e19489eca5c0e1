package io.litestream4j.lease;

/** What an instance does at its start while another one holds the lease of a replica. */
public enum OnConflict {
    /** Waits until the other one has ended. */
    WAIT,
    /**
     * Starts, and replicates nothing to that replica while the other one runs. A database that is missing is waited for all
     * the same: what is restored before the other one has ended isn't the newest state.
     */
    STAND_BY,
    /** Doesn't start. */
    FAIL
}
