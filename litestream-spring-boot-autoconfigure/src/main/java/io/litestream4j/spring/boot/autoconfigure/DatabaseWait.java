package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Waits until a replica has what is committed in one database. Asks no replica: positions are in memory. Thread-safe. */
final class DatabaseWait {

    private static final long RETRY_MILLIS = 20;
    private static final Duration LONGEST = Duration.ofDays(365);

    private final String name;
    private final Path path;
    private final ReplicatedDatabase database;
    private final ReplicationRun run;
    private volatile @Nullable Position seen;

    DatabaseWait(LitestreamDatabases.Entry entry, ReplicationRun run) {
        this.name = entry.setup().name();
        this.path = entry.setup().path();
        this.database = entry.database();
        this.run = run;
    }

    String name() {
        return name;
    }

    Path path() {
        return path;
    }

    ReplicatedDatabase database() {
        return database;
    }

    /** The position that the last waiter got; null before the first. Everything before it was committed by now. */
    @Nullable
    Position seen() {
        return seen;
    }

    /** Whether the application is so young that nobody can wait yet. */
    boolean isBeforeStart() {
        return run.stage() == ReplicationRun.Stage.NOT_STARTED;
    }

    static long deadline(Duration timeout) {
        return System.nanoTime() + limited(timeout).toNanos();
    }

    /** As long as a clock can count. */
    static Duration limited(Duration timeout) {
        return timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
    }

    /**
     * Waits for everything that is committed now.
     *
     * @param before a position that was {@link #seen} before the work began: if nothing was committed since, the work
     *     changed nothing, and there is nothing to wait for
     */
    void await(Duration timeout, @Nullable Position before) {
        long deadline = deadline(timeout);
        Position position = position(deadline, timeout);
        if (!position.equals(before)) {
            await(position, deadline, timeout);
        }
    }

    /** A position that contains every commit that ended before this call. */
    Position position(long deadline, Duration timeout) {
        while (true) {
            requireRunning();
            try {
                Position position = database.sync();
                seen = position;
                return position;
            } catch (LitestreamException e) {
                // a database that is about to be opened, a standby that may take over, a disk that is full
                if (database.status().state() == State.FENCED) {
                    throw new CommitNotReplicatedException(name, null, "its replication has ended", e);
                }
                if (deadline - System.nanoTime() <= 0) {
                    throw new CommitNotReplicatedException(name, null, notWithin(timeout), e);
                }
                database.wake();
                pause();
            }
        }
    }

    void await(Position position, long deadline, Duration timeout) {
        requireRunning();
        try {
            if (!database.awaitReplicated(position, Duration.ofNanos(deadline - System.nanoTime()))) {
                throw new CommitNotReplicatedException(name, position, notWithin(timeout), null);
            }
        } catch (InterruptedException e) {
            throw interrupted(position, e);
        }
    }

    private void requireRunning() {
        if (run.stage() != ReplicationRun.Stage.RUNNING) {
            throw new CommitNotReplicatedException(
                    name,
                    null,
                    isBeforeStart() ? "replication hasn't started yet" : "replication has been stopped",
                    null);
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            throw interrupted(null, e);
        }
    }

    private CommitNotReplicatedException interrupted(@Nullable Position position, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CommitNotReplicatedException(name, position, "the wait for a replica was interrupted", e);
    }

    private String notWithin(Duration timeout) {
        ReplicationStatus status = database.status();
        String replicas = status.replicas().stream()
                .map(replica -> replica.name() + " is " + replica.state())
                .collect(Collectors.joining(", "));
        return "no replica confirmed it within %d ms (database is %s; %s)"
                .formatted(limited(timeout).toMillis(), status.state(), replicas);
    }
}
