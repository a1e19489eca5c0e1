package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Position;
import io.litestream4j.replication.ReplicationStatus;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The application's door to its replicated databases. Thread-safe. Every timeout is kept to about two seconds: work on
 * the local disk that is under way isn't given up.
 */
public interface Litestream {

    /** Names of the databases in the configuration; the application's own is {@code main}. */
    Set<String> databases();

    /**
     * One database.
     *
     * @throws IllegalArgumentException when there is none of that name; the message says which there are
     */
    Database database(String name);

    /**
     * Waits until everything that is committed now, in every database, is on a replica of it.
     *
     * @throws CommitNotReplicatedException when it isn't in time, or can't be, or nothing is replicated at all; nothing
     *     is rolled back
     */
    void awaitReplicated(Duration timeout);

    /** {@link Database#sync()} for each, by name. */
    Map<String, Position> sync();

    /** {@link Database#snapshot} for each; false when one of them has none in time. */
    boolean snapshot(Duration timeout);

    /** What is known now, by name. */
    Map<String, ReplicationStatus> status();

    /** One replicated database. */
    interface Database {

        /** Its name in the configuration. */
        String name();

        /**
         * Waits until everything that is committed now is on a replica. Wakes the upload at once; any number of waiters
         * share one. An interrupt ends the wait, and stays set. Call it outside of a transaction: its own commit is
         * still to come inside one.
         *
         * @throws CommitNotReplicatedException when it isn't in time, or can't be; nothing is rolled back
         */
        void awaitReplicated(Duration timeout);

        /**
         * Copies what is committed, to be shipped; doesn't wait for a replica.
         *
         * @return a position that contains every commit that ended before this call
         * @throws io.litestream4j.LitestreamException when the database is not being replicated now
         */
        Position sync();

        /**
         * Writes a snapshot to every replica. Writers go on meanwhile. An interrupt ends the wait, and stays set.
         *
         * @return whether every replica has it; false when the time is over, or readers keep the WAL from being sealed
         * @throws io.litestream4j.LitestreamException when the database is not being replicated now
         */
        boolean snapshot(Duration timeout);

        /** What is known now. */
        ReplicationStatus status();
    }
}
