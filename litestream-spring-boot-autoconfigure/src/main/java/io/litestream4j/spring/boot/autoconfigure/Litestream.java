package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Position;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.RetentionResult;
import io.litestream4j.replication.ValidationResult;
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

    /**
     * {@link Database#validate} for each, one after the other; results by the databases' and the replicas' names. Where
     * one of them throws, the results of those before it are in their status.
     */
    Map<String, Map<String, ValidationResult>> validate(Duration timeout);

    /** {@link Database#enforceRetention()} for each; results by the databases' and the replicas' names. */
    Map<String, Map<String, RetentionResult>> enforceRetention();

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

        /**
         * Restores each replica to a temporary file and compares it with the database, one replica after the other, on
         * threads of the engine; the caller waits. Writers go on meanwhile. What is wrong with a replica is a result,
         * not an exception. Each result is in the status and a {@link LitestreamEvent.ValidationFinished}, too. It reads
         * as much from a replica as a restore does, and needs twice the size of the database on the local disk. An
         * interrupt ends the wait, and stays set.
         *
         * @param timeout for all replicas together; a restore that takes longer goes on, and its result is in the status
         *     later
         * @return results by the replicas' names
         * @throws io.litestream4j.LitestreamException when the database is not being replicated now, when it isn't done
         *     in time, or when the wait is interrupted
         */
        Map<String, ValidationResult> validate(Duration timeout);

        /**
         * Deletes from each replica what its retention doesn't ask for any longer, as is done by the clock; nothing where
         * the retention is 0. A snapshot that becomes due is stored afterwards. It runs on threads of the engine, and the
         * caller waits until it is done. An interrupt ends the wait, and stays set.
         *
         * @return results by the replicas' names
         * @throws io.litestream4j.LitestreamException when a replica isn't being fed, has confirmed nothing of the
         *     current generation, or can't be listed or deleted from, or when the wait is interrupted; the replicas
         *     before it are done
         */
        Map<String, RetentionResult> enforceRetention();

        /** What is known now. */
        ReplicationStatus status();
    }
}
