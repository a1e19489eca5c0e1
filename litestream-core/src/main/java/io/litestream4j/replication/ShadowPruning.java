package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.database.SourceDatabase;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the local copy of the WAL within its limit. */
final class ShadowPruning {

    private static final Logger LOG = LoggerFactory.getLogger(ShadowPruning.class);

    private final String name;
    private final long maxPendingSize;
    private final List<ReplicaWorker> workers;

    ShadowPruning(String name, long maxPendingSize, List<ReplicaWorker> workers) {
        this.name = name;
        this.maxPendingSize = maxPendingSize;
        this.workers = workers;
    }

    /** Deletes what every replica has, and gives the generation up when too much waits for one of them. */
    void prune(SourceDatabase open, ReplicationContext context) throws IOException {
        Position position = open.position();
        if (position == null) {
            return;
        }
        int below = Integer.MAX_VALUE;
        for (ReplicaWorker worker : workers) {
            Position needs = worker.needs(position.generation());
            if (needs != null) {
                below = Math.min(below, needs.index());
                long pending = open.bytesAfter(needs);
                if (pending > maxPendingSize) {
                    context.breakGeneration(
                            needs.generation(),
                            "max-pending-size: %d bytes wait for replica %s, the limit is %d"
                                    .formatted(pending, worker.name(), maxPendingSize));
                    return;
                }
            }
        }
        if (open.isReadingSnapshot() && open.walSize() > maxPendingSize) {
            LOG.warn(
                    "{}: snapshot given up: the WAL reached {} bytes meanwhile, max-pending-size is {}",
                    name,
                    open.walSize(),
                    maxPendingSize);
            open.abortSnapshots();
        }
        open.prune(below);
    }
}
