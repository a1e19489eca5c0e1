package io.litestream4j.lease;

/**
 * What an instance does whose database isn't the continuation of what another one has written to the replica since. Going
 * on would make the state that is here the newest one, and bury the other one's commits in an older generation.
 */
public enum OnNewerBackup {
    /** Writes nothing to the replica, until a person has decided. */
    FAIL,
    /** Goes on with the state that is here, as a new generation. */
    IGNORE
}
