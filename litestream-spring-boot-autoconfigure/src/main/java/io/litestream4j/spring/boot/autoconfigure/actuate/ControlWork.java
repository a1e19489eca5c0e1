package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.LitestreamException;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Does one action with one database, on the calling thread, for as long as it takes within a limit. */
final class ControlWork {

    private final DatabaseView database;
    private final Duration limit;

    ControlWork(DatabaseView database, Duration limit) {
        this.database = database;
        this.limit = limit;
    }

    /**
     * What was done. What is null doesn't apply.
     *
     * @param position after a sync
     * @param validations after a validation
     * @param retentions after retention
     */
    record Result(
            @Nullable String position,
            @Nullable Map<String, ReplicaReport.Validation> validations,
            @Nullable Map<String, ReplicaReport.Retention> retentions) {

        static final Result DONE = new Result(null, null, null);
    }

    /** @throws LitestreamException when it can't be done */
    Result run(ControlAction action, @Nullable String replica) throws InterruptedException {
        return switch (action) {
            case SYNC -> sync();
            case SNAPSHOT -> snapshot();
            case VALIDATE -> validate(replica);
            case RETENTION -> retention();
        };
    }

    private Result sync() throws InterruptedException {
        ReplicatedDatabase engine = database.database();
        String position = engine.sync().toString();
        if (!engine.syncAll(limit)) {
            throw new LitestreamException("not every replica has confirmed it within %d s; it is tried again by itself"
                    .formatted(limit.toSeconds()));
        }
        return new Result(position, null, null);
    }

    private Result snapshot() throws InterruptedException {
        if (!database.database().snapshot(limit)) {
            throw new LitestreamException(
                    "not every replica has a snapshot within %d s: a replica is away, or readers keep the WAL from being sealed"
                            .formatted(limit.toSeconds()));
        }
        return Result.DONE;
    }

    private Result validate(@Nullable String replica) throws InterruptedException {
        Map<String, ReplicaReport.Validation> validations = new LinkedHashMap<>();
        if (replica == null) {
            database.database()
                    .validate(limit)
                    .forEach((name, result) -> validations.put(name, Reports.validation(database, result)));
        } else {
            validations.put(
                    replica, Reports.validation(database, database.database().validate(replica, limit)));
        }
        return new Result(null, validations, null);
    }

    private Result retention() throws InterruptedException {
        Map<String, ReplicaReport.Retention> retentions = new LinkedHashMap<>();
        database.database()
                .enforceRetention()
                .forEach((name, result) -> retentions.put(name, Reports.retention(database, result)));
        return new Result(null, null, retentions);
    }
}
