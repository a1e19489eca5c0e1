package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Position;
import io.litestream4j.replication.ValidationResult;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something happened to a replicated database; for {@code @EventListener} methods with this type or one of those below.
 *
 * <p>Listeners are called one event after the other, in the order in which the events happened, on one thread of their
 * own named {@code litestream-events}; a listener may take its time and may call {@link Litestream}, but holds up later
 * events. What happens before the application context is complete, the restore above all, is delivered when it is.
 * Nothing is delivered once the context closes. An event is news, not a record: when more than 1000 wait, newer ones are
 * dropped, and a warning says how many. What counts is in the status.
 */
public sealed interface LitestreamEvent {

    /** Name of the database in the configuration. */
    String database();

    /** When it happened. */
    Instant at();

    /**
     * The database was missing and was restored at start.
     *
     * @param replicaUrl where from, without secrets
     * @param position the restored state
     * @param lastObjectAt when the replica stored the last object that was used
     * @param duration how long it took
     */
    record Restored(
            String database, Instant at, String replicaUrl, Position position, Instant lastObjectAt, Duration duration)
            implements LitestreamEvent {}

    /**
     * A generation began.
     *
     * @param position where
     * @param reason why the one before could not go on
     */
    record GenerationStarted(String database, Instant at, Position position, String reason)
            implements LitestreamEvent {}

    /**
     * A replica stored a snapshot.
     *
     * @param replica the replica's name
     * @param position the state in the snapshot
     * @param size bytes as stored
     */
    record SnapshotWritten(String database, Instant at, String replica, Position position, long size)
            implements LitestreamEvent {}

    /**
     * A replica was restored and compared with the database: by the clock, or because somebody asked for it.
     *
     * @param replica the replica's name
     * @param outcome whether it can be restored to what the database was
     * @param position the state that was compared; null when it didn't come to that
     * @param detail what was compared, what differs, or why nothing could be said; without the folders of this machine
     */
    record ValidationFinished(
            String database,
            Instant at,
            String replica,
            ValidationResult.Outcome outcome,
            @Nullable Position position,
            String detail)
            implements LitestreamEvent {}

    /**
     * A replica could not be used, for the first time since it last could. The application goes on.
     *
     * @param replica the replica's name
     * @param error what went wrong, without the folders of this machine
     */
    record ReplicaDegraded(String database, Instant at, String replica, String error) implements LitestreamEvent {}

    /**
     * Another instance has taken a replica over, and nothing of this one is written there as long as it runs. What it
     * commits from now on is in the local database only: an application may want to end itself.
     *
     * @param replica the replica's name
     * @param reason who, since when, and what to do; without the folders of this machine
     */
    record ReplicaFenced(String database, Instant at, String replica, String reason) implements LitestreamEvent {}

    /**
     * A replica can be used again.
     *
     * @param replica the replica's name
     */
    record ReplicaRecovered(String database, Instant at, String replica) implements LitestreamEvent {}
}
