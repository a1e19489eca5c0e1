package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked for, and what came of what was asked for.
 *
 * @param databases names of the databases
 * @param actions what can be done with each, by POST to {@code /{database}/{action}}
 * @param tasks the last of each action for each database
 */
public record ControlReport(List<String> databases, List<String> actions, List<Task> tasks) {

    /** How far a task is. */
    public enum TaskStatus {
        /** It goes on in the background. */
        RUNNING,
        /** It did what was asked for. */
        DONE,
        /** It couldn't. */
        FAILED
    }

    /**
     * One action for one database. What is null isn't known yet, or doesn't apply.
     *
     * @param database name of the database
     * @param action sync, snapshot, validate or retention
     * @param replica the only replica that was meant; null for all
     * @param status how far it is
     * @param beganAt when it began
     * @param duration how long it took
     * @param error why it failed
     * @param position what every replica confirms to have, after a sync
     * @param validations after a validation, by replica
     * @param retentions after retention, by replica
     * @param look where to look for the end of what is still running
     */
    public record Task(
            String database,
            String action,
            @Nullable String replica,
            TaskStatus status,
            Instant beganAt,
            @Nullable Duration duration,
            @Nullable String error,
            @Nullable String position,
            @Nullable Map<String, ReplicaReport.Validation> validations,
            @Nullable Map<String, ReplicaReport.Retention> retentions,
            @Nullable String look) {}
}
