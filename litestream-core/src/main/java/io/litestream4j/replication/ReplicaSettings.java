package io.litestream4j.replication;

import java.time.Duration;

/**
 * How one replica is fed.
 *
 * @param syncInterval the least time between two background uploads, which bounds their number and so their cost;
 *     somebody who waits for a position doesn't wait for it
 */
public record ReplicaSettings(Duration syncInterval) {

    public ReplicaSettings {
        if (syncInterval.isNegative()) {
            throw new IllegalArgumentException("sync-interval is " + syncInterval + ", it must be 0 or longer");
        }
    }

    /** Litestream's default: one second. */
    public static ReplicaSettings defaults() {
        return new ReplicaSettings(Duration.ofSeconds(1));
    }
}
