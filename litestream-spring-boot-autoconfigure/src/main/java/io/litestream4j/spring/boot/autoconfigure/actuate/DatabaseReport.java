package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One database. What is null isn't known, or doesn't apply.
 *
 * @param file the file's name, without its folder
 * @param status its part in the health
 * @param state what is being done with it
 * @param detail more on the state
 * @param why why the status isn't UP
 * @param generation the current generation
 * @param generationReason why it began, if it began in this run
 * @param generationAt when it began, if it began in this run
 * @param position how far its WAL is copied
 * @param databaseSize bytes of its file
 * @param walSize bytes of its WAL
 * @param shadowSize bytes of the local copy of the WAL
 * @param lastLookAt when the engine last looked for commits
 * @param running what is under way on the local disk
 * @param lastRestore what was restored when it was opened
 * @param replicas its replicas
 */
public record DatabaseReport(
        @Nullable String file,
        String status,
        DatabaseState state,
        @Nullable String detail,
        List<String> why,
        @Nullable String generation,
        @Nullable String generationReason,
        @Nullable Instant generationAt,
        @Nullable String position,
        long databaseSize,
        long walSize,
        long shadowSize,
        @Nullable Instant lastLookAt,
        List<Running> running,
        @Nullable Restore lastRestore,
        List<ReplicaReport> replicas) {

    /** One that is being restored, of which nothing else is known yet. */
    static DatabaseReport restoring() {
        return new DatabaseReport(
                null,
                Verdict.Level.UNKNOWN.name(),
                DatabaseState.RESTORING,
                "it is being made ready",
                List.of(),
                null,
                null,
                null,
                null,
                0,
                0,
                0,
                null,
                List.of(),
                null,
                List.of());
    }

    /**
     * Work that is under way.
     *
     * @param kind SYNC, SEAL, LOOK, UPLOAD, SNAPSHOT, RETENTION or VALIDATION
     * @param since when it began
     */
    public record Running(String kind, Instant since) {}

    /**
     * What was restored.
     *
     * @param replica name of the replica that it came from
     * @param url that replica's URL
     * @param position the restored state
     * @param lastObjectAt when the replica stored the newest object that was used
     * @param at when the restore ended
     * @param duration how long it took
     * @param size bytes of the database
     */
    public record Restore(
            String replica,
            @Nullable String url,
            String position,
            Instant lastObjectAt,
            Instant at,
            Duration duration,
            long size) {}
}
