package io.litestream4j.restore;

/** What to do when the backup that fits a request is damaged and no other replica has the same history. */
public enum OnDamage {
    /** Fail, with the damaged object's name. */
    FAIL,
    /** Restore the newest state before the damage that can be proved, and say so. */
    OLDER
}
