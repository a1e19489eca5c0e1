package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the replicas of a database hold, as they answered just now. Everything is sorted by time, the oldest first.
 *
 * @param database name of the database
 * @param unreachable why a replica could not be asked, by its name; what the others hold is there all the same
 * @param total how many entries there are
 * @param entries of them, the newest that were asked for
 * @param <T> kind of entry
 */
public record BackupReport<T>(String database, Map<String, String> unreachable, int total, List<T> entries) {

    /**
     * A generation on one replica.
     *
     * @param replica name of the replica
     * @param generation its name
     * @param current whether it is the one that is being replicated now
     * @param snapshots number of snapshots
     * @param walSegments number of WAL segments
     * @param size compressed bytes of all of them
     * @param createdAt when the oldest of them was stored
     * @param updatedAt when the newest of them was stored
     * @param lag how long ago that was
     * @param restorable the times whose state can be restored; null when none can
     */
    public record StoredGeneration(
            String replica,
            String generation,
            boolean current,
            int snapshots,
            int walSegments,
            long size,
            Instant createdAt,
            Instant updatedAt,
            Duration lag,
            @Nullable Window restorable) {}

    /**
     * Times whose state can be restored, as far as names, sizes and times can tell.
     *
     * @param from the first
     * @param to the last; every later time yields the same state
     * @param gap what is missing behind it; null when nothing is
     */
    public record Window(Instant from, Instant to, @Nullable String gap) {}

    /**
     * A snapshot on one replica.
     *
     * @param replica name of the replica
     * @param generation its generation
     * @param index its WAL index, a decimal number
     * @param size compressed bytes
     * @param createdAt when it was stored, by the replica's clock
     */
    public record StoredSnapshot(String replica, String generation, int index, long size, Instant createdAt) {}

    /**
     * A WAL segment on one replica.
     *
     * @param replica name of the replica
     * @param generation its generation
     * @param index its WAL index, a decimal number
     * @param offset where it begins in that index, in bytes
     * @param size compressed bytes
     * @param createdAt when it was stored, by the replica's clock
     */
    public record StoredSegment(
            String replica, String generation, int index, long offset, long size, Instant createdAt) {}
}
