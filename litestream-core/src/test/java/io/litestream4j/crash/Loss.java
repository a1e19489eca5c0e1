package io.litestream4j.crash;

/** What a power failure takes of what was not synced. */
public enum Loss {
    /** The process was killed: the kernel keeps everything. */
    NOTHING,
    /** Every byte and every name. */
    EVERYTHING,
    /** The bytes; new names are there. */
    BYTES,
    /** New names; the bytes are there. */
    NAMES,
    /** The end of what was written to one file, chosen by chance; everything else is there. */
    ONE_END,
    /** Each by chance: files are torn, end in zeros, or lack some writes; names stay or not, each by itself. */
    RANDOM
}
