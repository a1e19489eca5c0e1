package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replication.RetentionPlan.Deletion;
import io.litestream4j.restore.GenerationHistory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks through one replica and deletes what it need not hold any longer. Used by one thread at a time. */
final class RetentionRun {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionRun.class);

    private final Replica replica;
    private final ReplicaLease lease;
    private final Duration retention;
    private final ReplicationContext context;
    private @Nullable String lastProblem;

    RetentionRun(ReplicaLease lease, Duration retention, ReplicationContext context) {
        this.lease = lease;
        this.replica = lease.replica();
        this.retention = retention;
        this.context = context;
    }

    /**
     * What came of it.
     *
     * @param snapshotWanted whether the newest snapshot is older than the retention, and commits have followed it
     * @param failure what the storage answered when it was asked to list or to delete; null when it did both
     */
    record Outcome(
            RetentionResult result,
            boolean snapshotWanted,
            @Nullable IOException failure) {}

    /**
     * Lists and deletes.
     *
     * @param halted asked before each request that deletes
     */
    Outcome enforce(Generation current, OwnUploads uploads, BooleanSupplier halted) {
        int snapshots = 0;
        int segments = 0;
        boolean snapshotWanted = false;
        String problem = null;
        IOException failure = null;
        try {
            lease.requireHeld();
            OwnUploads.Known ours = uploads.known();
            List<GenerationHistory> histories = histories();
            if (endedByForeign(histories, current, ours)) {
                return new Outcome(new RetentionResult(context.now(), 0, 0, lastProblem), false, null);
            }
            RetentionPlan plan = RetentionPlan.of(histories, current, context.now(), retention);
            snapshotWanted = plan.snapshotWanted();
            problem = problemOf(plan);
            for (Deletion deletion : plan.deletions()) {
                if (halted.getAsBoolean()) {
                    break;
                }
                lease.requireHeld();
                delete(deletion);
                snapshots += deletion.snapshots().size();
                segments += deletion.segments().size();
            }
        } catch (IOException e) {
            failure = e;
            problem = "what is older than %s stays until it can be listed and deleted: %s".formatted(retention, e);
        }
        RetentionResult result = new RetentionResult(context.now(), snapshots, segments, problem);
        report(result, failure == null ? problem : failure.getClass().getName());
        return new Outcome(result, snapshotWanted, failure);
    }

    /** The listing is there anyway: it shows whether another replicator is at work, such as a forgotten sidecar. */
    private boolean endedByForeign(List<GenerationHistory> histories, Generation current, OwnUploads.Known ours) {
        for (GenerationHistory history : histories) {
            Position foreign = history.generation().equals(current) ? ours.foreignIn(history.segments()) : null;
            if (foreign != null) {
                lastProblem =
                        "another process writes to replica %s: %s isn't ours. End it, then restart the application,"
                                        .formatted(replica, ReplicaPaths.walSegment(foreign))
                                + " which begins a new generation";
                context.foreignWriter(current, lastProblem);
                return true;
            }
        }
        return false;
    }

    private List<GenerationHistory> histories() throws IOException {
        ReplicaClient client = replica.client();
        List<GenerationHistory> histories = new ArrayList<>();
        for (Generation generation : client.generations()) {
            histories.add(
                    new GenerationHistory(generation, client.snapshots(generation), client.walSegments(generation)));
        }
        return histories;
    }

    private void delete(Deletion deletion) throws IOException {
        if (!deletion.snapshots().isEmpty()) {
            replica.client().deleteSnapshots(deletion.snapshots());
        }
        if (!deletion.segments().isEmpty()) {
            replica.client().deleteWalSegments(deletion.segments());
        }
    }

    private static @Nullable String problemOf(RetentionPlan plan) {
        if (plan.gap() != null) {
            return "nothing is deleted while the newest state can't be restored from the snapshot that would stay: "
                    + plan.gap();
        }
        return plan.later().isEmpty()
                ? null
                : ("generations %s are later by the replica's clock than the one that is written, and stay: was a"
                                + " clock set back? A restore takes the latest one. Move them out of the replica if it"
                                + " shouldn't")
                        .formatted(plan.later());
    }

    /** Once per change: a storage that allows no deletion is asked again and again, and need not be named every time. */
    private void report(RetentionResult result, @Nullable String kind) {
        if (kind != null && !kind.equals(lastProblem)) {
            LOG.warn("{}: retention: {}; replication goes on", replica, result.problem());
        } else if (kind == null && lastProblem != null) {
            LOG.info("{}: retention works again", replica);
        }
        lastProblem = kind;
        if (result.snapshotsDeleted() + result.segmentsDeleted() > 0) {
            LOG.info(
                    "{}: retention of {}: {} snapshots and {} WAL segments deleted",
                    replica.name(),
                    retention,
                    result.snapshotsDeleted(),
                    result.segmentsDeleted());
        }
        if (result.problem() != null || result.snapshotsDeleted() + result.segmentsDeleted() > 0) {
            context.notify(listener -> listener.retentionEnforced(replica.name(), result));
        }
    }
}
