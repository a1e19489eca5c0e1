package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Asks for the status once for all meters of a scrape. For several threads. */
final class StatusReader {

    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private record Read(ReplicationStatus status, long at) {}

    private final ReplicatedDatabase database;
    private volatile @Nullable Read last;

    StatusReader(ReplicatedDatabase database) {
        this.database = database;
    }

    ReplicationStatus status() {
        Read read = last;
        long now = System.nanoTime();
        if (read == null || now - read.at() > FRESH_NANOS) {
            read = new Read(database.status(), now);
            last = read;
        }
        return read.status();
    }

    /** Not a number when there is no such replica. */
    double replica(String name, ToDoubleFunction<ReplicaStatus> value) {
        for (ReplicaStatus replica : status().replicas()) {
            if (replica.name().equals(name)) {
                return value.applyAsDouble(replica);
            }
        }
        return Double.NaN;
    }
}
