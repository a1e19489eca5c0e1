package io.litestream4j.restore;

import io.litestream4j.Generation;
import java.time.Instant;
import java.util.Optional;

/**
 * What one replica holds of one generation.
 *
 * @param replica the replica's name
 * @param generation the generation
 * @param snapshots number of snapshots
 * @param walSegments number of WAL segments
 * @param bytes compressed bytes of all of them
 * @param createdAt when the oldest of them was stored
 * @param updatedAt when the newest of them was stored
 * @param window what can be restored; empty when nothing can
 */
public record GenerationSummary(
        String replica,
        Generation generation,
        int snapshots,
        int walSegments,
        long bytes,
        Instant createdAt,
        Instant updatedAt,
        Optional<RestorableWindow> window) {}
