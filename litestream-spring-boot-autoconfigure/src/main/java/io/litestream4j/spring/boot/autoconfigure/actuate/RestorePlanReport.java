package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a restore would do, if it were asked for now; nothing is restored. What is null doesn't apply.
 *
 * @param database name of the database
 * @param possible whether it could be done
 * @param problem why not
 * @param timestamp the time that was asked for; null for the newest state
 * @param replica name of the replica that would be read
 * @param url that replica's URL
 * @param generation the generation
 * @param snapshot the snapshot that it would begin with
 * @param walSegments how many WAL segments would follow
 * @param firstSegment position of the first of them
 * @param lastSegment position of the last of them
 * @param objects how many objects would be read
 * @param size compressed bytes of them
 * @param lastObjectAt when the newest object was stored that would be used: the state is of this time
 * @param notes what to know before doing it
 * @param howTo settings with which a start of the application does it
 */
public record RestorePlanReport(
        String database,
        boolean possible,
        @Nullable String problem,
        @Nullable Instant timestamp,
        @Nullable String replica,
        @Nullable String url,
        @Nullable String generation,
        BackupReport.@Nullable StoredSnapshot snapshot,
        @Nullable Integer walSegments,
        @Nullable String firstSegment,
        @Nullable String lastSegment,
        @Nullable Integer objects,
        @Nullable Long size,
        @Nullable Instant lastObjectAt,
        List<String> notes,
        List<String> howTo) {

    /** One that can't be made. */
    static RestorePlanReport impossible(String database, @Nullable Instant timestamp, @Nullable String problem) {
        return new RestorePlanReport(
                database, false, problem, timestamp, null, null, null, null, null, null, null, null, null, null,
                List.of(), List.of());
    }
}
