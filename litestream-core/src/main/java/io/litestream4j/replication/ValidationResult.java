package io.litestream4j.replication;

import io.litestream4j.Position;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What it came to when a replica was restored and compared with the database.
 *
 * @param outcome whether it can be restored to what the database was
 * @param position the state that was compared; null when it didn't come to that
 * @param at when it ended
 * @param duration how long it took
 * @param detail what was compared, what differs, or why nothing could be said
 * @param olderStatesDamaged whether states before the newest snapshot can't be restored although the newest one can
 */
public record ValidationResult(
        Outcome outcome,
        @Nullable Position position,
        Instant at,
        Duration duration,
        String detail,
        boolean olderStatesDamaged) {

    /** What was found. */
    public enum Outcome {
        /** The restored file is the database, byte for byte by checksum. */
        VALID,
        /** It isn't, or the replica can't be restored: another backup is needed, now. */
        INVALID,
        /** Nothing was found out. */
        INCONCLUSIVE
    }
}
