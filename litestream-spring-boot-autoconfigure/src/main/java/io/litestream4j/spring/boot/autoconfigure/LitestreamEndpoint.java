package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Position;
import io.litestream4j.replica.RequestCounts;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.RetentionResult;
import io.litestream4j.replication.ValidationResult;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** What is replicated to where, and how far. Nothing is asked of a replica. */
@Endpoint(id = "litestream")
public final class LitestreamEndpoint {

    private final LitestreamDatabases databases;
    private final ReplicaLag lag;

    LitestreamEndpoint(LitestreamDatabases databases, ReplicaLag lag) {
        this.databases = databases;
        this.lag = lag;
    }

    /** All databases by name. */
    @ReadOperation
    public Report report() {
        Map<String, Database> all = new LinkedHashMap<>();
        databases.entries().forEach(entry -> all.put(entry.setup().name(), describe(entry)));
        return new Report(all);
    }

    /** One database; null, which is "404 Not Found", when there is none of that name. */
    @ReadOperation
    public @Nullable Database database(@Selector String name) {
        return report().databases().get(name);
    }

    private Database describe(LitestreamDatabases.Entry entry) {
        ReplicationStatus status = entry.database().status();
        PublicText text = new PublicText(entry.setup());
        ReplicationStatus.GenerationStart generation = status.lastGeneration();
        return new Database(
                String.valueOf(status.database().getFileName()),
                status.state().name(),
                text.of(status.detail()),
                text(status.position()),
                generation == null ? null : generation.reason(),
                generation == null ? null : generation.at(),
                status.walSize(),
                status.shadowSize(),
                status.replicas().stream()
                        .map(replica -> describe(status, replica, text))
                        .toList());
    }

    private Replica describe(ReplicationStatus status, ReplicaStatus replica, PublicText text) {
        return new Replica(
                replica.name(),
                replica.type(),
                text.of(replica.url()),
                replica.state().name(),
                text(replica.position()),
                replica.pendingBytes(),
                lag.of(status, replica).toMillis() / 1000.0,
                replica.lastConfirmedAt(),
                replica.lastSnapshotAt(),
                text.of(replica.lastError()),
                replica.lastErrorAt(),
                describe(replica.lastRetention(), text),
                describe(replica.lastValidation(), text),
                replica.requests());
    }

    private static @Nullable Retention describe(@Nullable RetentionResult result, PublicText text) {
        return result == null
                ? null
                : new Retention(
                        result.at(), result.snapshotsDeleted(), result.segmentsDeleted(), text.of(result.problem()));
    }

    private static @Nullable Validation describe(@Nullable ValidationResult result, PublicText text) {
        return result == null
                ? null
                : new Validation(
                        result.outcome().name(), text(result.position()), result.at(), text.of(result.detail()));
    }

    private static @Nullable String text(@Nullable Position position) {
        return position == null ? null : position.toString();
    }

    /**
     * Everything.
     *
     * @param databases by name
     */
    public record Report(Map<String, Database> databases) {}

    /**
     * One database.
     *
     * @param file the file's name
     * @param state what the engine does with it
     * @param detail more on the state
     * @param position what was read from the WAL so far
     * @param generationReason why the present generation began
     * @param generationAt when it began
     * @param walSize bytes
     * @param shadowSize bytes of the local copy of the WAL
     * @param replicas its replicas
     */
    public record Database(
            String file,
            String state,
            @Nullable String detail,
            @Nullable String position,
            @Nullable String generationReason,
            @Nullable Instant generationAt,
            long walSize,
            long shadowSize,
            List<Replica> replicas) {}

    /**
     * One replica.
     *
     * @param name its name
     * @param type kind of storage
     * @param url where it is, without the folders of this machine
     * @param state what is being done with it
     * @param position what it has confirmed
     * @param pendingBytes bytes that it lacks
     * @param lagSeconds how long the oldest commit that it lacks has been waiting
     * @param lastConfirmedAt when it last confirmed something
     * @param lastSnapshotAt when it last stored a snapshot
     * @param lastError what went wrong since the last success
     * @param lastErrorAt when that was
     * @param lastRetention the last look for objects that are older than the retention
     * @param lastValidation the last restore that was compared with the database
     * @param requests what was sent to its storage since the start; all 0 where requests cost nothing
     */
    public record Replica(
            String name,
            String type,
            @Nullable String url,
            String state,
            @Nullable String position,
            long pendingBytes,
            double lagSeconds,
            @Nullable Instant lastConfirmedAt,
            @Nullable Instant lastSnapshotAt,
            @Nullable String lastError,
            @Nullable Instant lastErrorAt,
            @Nullable Retention lastRetention,
            @Nullable Validation lastValidation,
            RequestCounts requests) {}

    /**
     * What was deleted.
     *
     * @param at when
     * @param snapshotsDeleted how many snapshots
     * @param segmentsDeleted how many WAL segments
     * @param problem why not everything was that is old enough
     */
    public record Retention(
            Instant at,
            int snapshotsDeleted,
            int segmentsDeleted,
            @Nullable String problem) {}

    /**
     * A comparison of a restored replica with the database.
     *
     * @param outcome VALID, INVALID or INCONCLUSIVE
     * @param position what was compared
     * @param at when
     * @param detail more on the outcome
     */
    public record Validation(
            String outcome,
            @Nullable String position,
            Instant at,
            @Nullable String detail) {}
}
