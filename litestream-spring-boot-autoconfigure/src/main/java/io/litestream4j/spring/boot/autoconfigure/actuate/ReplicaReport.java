package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.replica.RequestCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One replica. What is null isn't known, or doesn't apply.
 *
 * @param name its name
 * @param type kind of storage: file or s3
 * @param url where it is, without secrets and without the folders of this machine
 * @param status its part in the health
 * @param state UNKNOWN, CATCHING_UP, REPLICATING, RETRYING, WAITING_FOR_LEASE or FENCED
 * @param why why the status isn't UP
 * @param position what it has confirmed
 * @param pendingBytes bytes that it lacks: what the loss of this machine would cost
 * @param lag how long the oldest commit that it lacks has been waiting
 * @param lastConfirmedAt when it last confirmed something
 * @param lastSnapshotAt when it last stored a snapshot of the current generation
 * @param nextSnapshotAt when the next one is due, if anything is committed until then
 * @param lastError what went wrong since the last success
 * @param lastErrorAt when something last went wrong
 * @param lastRetention the last look for objects that are older than the retention
 * @param lastValidation the last restore that was compared with the database
 * @param running what is under way for it
 * @param lease who may write to it
 * @param requests what was sent to its storage since the start; all 0 where requests cost nothing
 * @param estimatedMonthlyCost what these requests would cost in a month
 */
public record ReplicaReport(
        String name,
        String type,
        @Nullable String url,
        String status,
        String state,
        List<String> why,
        @Nullable String position,
        long pendingBytes,
        Duration lag,
        @Nullable Instant lastConfirmedAt,
        @Nullable Instant lastSnapshotAt,
        @Nullable Instant nextSnapshotAt,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Retention lastRetention,
        @Nullable Validation lastValidation,
        List<DatabaseReport.Running> running,
        @Nullable Lease lease,
        RequestCounts requests,
        @Nullable MonthlyCost estimatedMonthlyCost) {

    /**
     * Who may write to a replica.
     *
     * @param holder process and host
     * @param own whether that is this application
     * @param expiresAt when it ends unless it is renewed, which comes with uploads only
     * @param generation the generation that counts there
     */
    public record Lease(
            String holder,
            boolean own,
            Instant expiresAt,
            @Nullable String generation) {}

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
     * A comparison of the restored replica with the database.
     *
     * @param outcome VALID, INVALID or INCONCLUSIVE
     * @param position what was compared
     * @param at when
     * @param duration how long it took
     * @param detail more on the outcome
     */
    public record Validation(
            String outcome,
            @Nullable String position,
            Instant at,
            Duration duration,
            @Nullable String detail) {}
}
