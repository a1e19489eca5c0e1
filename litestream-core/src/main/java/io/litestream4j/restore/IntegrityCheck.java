package io.litestream4j.restore;

/** How SQLite checks a restored database before it gets its name. */
public enum IntegrityCheck {
    /** Not at all. Checksums of objects and frames are proved in any case. */
    NONE,
    /** {@code PRAGMA quick_check}: every page and record, without comparing indexes with tables. */
    QUICK,
    /** {@code PRAGMA integrity_check}: indexes too; several times slower. */
    FULL
}
