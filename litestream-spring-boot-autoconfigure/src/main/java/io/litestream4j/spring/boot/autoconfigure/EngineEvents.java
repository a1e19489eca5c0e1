package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.replication.ReplicationListener;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.restore.RestoreResult;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;

/** Turns what one database's engine tells into events. */
final class EngineEvents implements ReplicationListener {

    private final String database;
    private final PublicText text;
    private final EventQueue queue;
    private final Clock clock;

    EngineEvents(DatabaseSetup database, EventQueue queue, Clock clock) {
        this.database = database.name();
        this.text = new PublicText(database);
        this.queue = queue;
        this.clock = clock;
    }

    void restored(RestoreResult result) {
        queue.add(new LitestreamEvent.Restored(
                database, now(), result.replicaUrl(), result.position(), result.lastObjectAt(), result.duration()));
    }

    @Override
    public void generationStarted(Position position, String reason) {
        queue.add(new LitestreamEvent.GenerationStarted(database, now(), position, reason));
    }

    @Override
    public void snapshotWritten(String replica, SnapshotInfo snapshot) {
        queue.add(new LitestreamEvent.SnapshotWritten(database, now(), replica, snapshot.position(), snapshot.size()));
    }

    @Override
    public void replicaDegraded(String replica, Exception cause) {
        queue.add(new LitestreamEvent.ReplicaDegraded(database, now(), replica, withoutFolders(cause.toString())));
    }

    @Override
    public void replicaFenced(String replica, String reason) {
        queue.add(new LitestreamEvent.ReplicaFenced(database, now(), replica, withoutFolders(reason)));
    }

    @Override
    public void replicaRecovered(String replica) {
        queue.add(new LitestreamEvent.ReplicaRecovered(database, now(), replica));
    }

    @Override
    public void validated(String replica, ValidationResult result) {
        queue.add(new LitestreamEvent.ValidationFinished(
                database, now(), replica, result.outcome(), result.position(), withoutFolders(result.detail())));
    }

    private String withoutFolders(String words) {
        return Objects.requireNonNull(text.of(words));
    }

    private Instant now() {
        return clock.instant();
    }
}
