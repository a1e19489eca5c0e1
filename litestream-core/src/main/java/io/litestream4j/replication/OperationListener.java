package io.litestream4j.replication;

/**
 * Hears of each operation when it begins and when it ends, to time or to trace it. Called on the thread that does the
 * work, several of them at once: return at once, don't call back into the database. What a listener throws is
 * logged, the first time, and has no other effect. Copying the WAL is an operation, too, and happens up to a thousand times in a second.
 */
@FunctionalInterface
public interface OperationListener {

    /** What hears of nothing else. */
    Ending NOT_HEARD = result -> {};

    /** An operation begins; returns what is to hear of its end. */
    Ending began(Operation operation);

    /** Hears of the end of one operation, on the thread on which it began. */
    @FunctionalInterface
    interface Ending {

        /** The operation has ended. */
        void ended(OperationResult result);
    }
}
