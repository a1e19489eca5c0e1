package io.litestream4j.replication;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a look for objects that a replica need not hold any longer came to.
 *
 * @param at when it ended
 * @param snapshotsDeleted snapshots that were deleted
 * @param segmentsDeleted WAL segments that were deleted
 * @param problem why not everything was deleted that is old enough; null when it was
 */
public record RetentionResult(
        Instant at,
        int snapshotsDeleted,
        int segmentsDeleted,
        @Nullable String problem) {}
