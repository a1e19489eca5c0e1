package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.State;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import io.litestream4j.spring.boot.autoconfigure.actuate.ControlReport.Task;
import io.litestream4j.spring.boot.autoconfigure.actuate.ControlReport.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.convert.DurationStyle;

/**
 * Does things with databases, now: ship, take a snapshot, prove that a restore works, delete what is old. Nobody has access
 * until {@code management.endpoint.litestreamcontrol.access} says so. It never restores over a database, never hands out a
 * backup, and uses no path from a request.
 */
@Endpoint(id = "litestreamcontrol", defaultAccess = Access.NONE)
public final class LitestreamControlEndpoint {

    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final LitestreamDatabases databases;
    private final ControlTasks tasks;

    LitestreamControlEndpoint(LitestreamDatabases databases, ControlTasks tasks) {
        this.databases = databases;
        this.tasks = tasks;
    }

    /** What can be asked for, what is under way, and what came of what was asked for. */
    @ReadOperation
    public ControlReport report() {
        TreeSet<String> names = new TreeSet<>(databases.names());
        return new ControlReport(List.copyOf(names), ControlAction.ids(), tasks.tasks(names));
    }

    /**
     * Does it, and answers when it is done, or when the time is over: then it goes on in the background.
     *
     * @param database name of the database
     * @param action sync, snapshot, validate or retention
     * @param timeout how long to wait for the end, such as 30s or PT30S, 10 minutes at most
     * @param replica for validate: the only replica to validate
     * @throws InvalidEndpointRequestException when a name or a value is wrong, nothing is being replicated, or it failed
     */
    @WriteOperation
    public Task run(
            @Selector String database, @Selector String action, @Nullable String timeout, @Nullable String replica) {
        Task task = begin(database, action, timeout, replica);
        if (task.status() == TaskStatus.FAILED) {
            String error = action + " of " + database + ": " + task.error();
            throw new InvalidEndpointRequestException(error, error);
        }
        return task;
    }

    /** As {@link #run}, but an action that failed is a result. */
    Task begin(String database, String action, @Nullable String timeout, @Nullable String replica) {
        DatabaseView view = databases.views().stream()
                .filter(each -> each.name().equals(database))
                .findFirst()
                .orElseThrow(() -> new UnknownNameException("database", database, databases.names()));
        ControlAction known = ControlAction.of(action)
                .orElseThrow(() -> new UnknownNameException("action", action, ControlAction.ids()));
        Duration patience = timeout == null || timeout.isBlank() ? known.timeout() : parse(timeout.strip());
        String named = replica == null || replica.isBlank() ? null : replica;
        if (named != null && known != ControlAction.VALIDATE) {
            throw invalid("replica=%s: only validate takes a replica, %s is for all of them"
                    .formatted(Printable.of(named), action));
        }
        if (named != null) {
            List<?> ignored = BackupViews.replicas(view, named);
        }
        requireReplicating(view);
        return tasks.run(view, known, named, patience);
    }

    private static void requireReplicating(DatabaseView view) {
        ReplicationStatus status = view.database().status();
        if (status.state() != State.REPLICATING) {
            String detail = view.publicText(status.detail());
            throw new NotReplicatingException("%s is not being replicated now: %s%s"
                    .formatted(view.name(), status.state(), detail == null ? "" : ", " + detail));
        }
    }

    private static Duration parse(String timeout) {
        Duration parsed;
        try {
            parsed = DurationStyle.detectAndParse(timeout);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw invalid("timeout=%s: write a duration such as 30s".formatted(Printable.of(timeout)));
        }
        if (parsed.isNegative() || parsed.compareTo(LONGEST) > 0) {
            throw invalid("timeout=%s: write a duration from 0s to 10m".formatted(Printable.of(timeout)));
        }
        return parsed;
    }

    private static InvalidEndpointRequestException invalid(String message) {
        return new InvalidEndpointRequestException(message, message);
    }

    /** Nothing can be done with a database that isn't being replicated. */
    static final class NotReplicatingException extends InvalidEndpointRequestException {

        private static final long serialVersionUID = 1L;

        NotReplicatingException(String message) {
            super(message, message);
        }
    }
}
