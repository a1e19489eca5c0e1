package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When the next snapshot of a generation is due on one replica: so long after the newest one that it holds, whichever
 * run stored it, and only if anything was committed since, unless the storage deletes by age. Thread-safe.
 */
final class SnapshotSchedule {

    private final Duration interval;
    private final boolean alsoIdle;
    private @Nullable Position newest;
    private @Nullable Position covered;
    private Instant newestAt = Instant.MIN;

    /**
     * @param interval zero for never
     * @param alsoIdle whether a snapshot grows too old although nothing was committed since: where not we but the
     *     storage's own rules delete, they would delete the only one of an idle database
     */
    SnapshotSchedule(Duration interval, boolean alsoIdle) {
        this.interval = interval;
        this.alsoIdle = alsoIdle;
    }

    /**
     * The replica holds a snapshot.
     *
     * @param at when it was stored
     * @param everything up to where nothing of importance followed it when it was stored
     */
    synchronized void holds(SnapshotInfo snapshot, Instant at, Position everything) {
        newest = snapshot.position();
        newestAt = at;
        covered = everything;
    }

    /** Another generation begins. */
    synchronized void clear() {
        newest = null;
        covered = null;
    }

    /** The newest snapshot that the replica holds of the current generation; null before it is known. */
    synchronized @Nullable Position newest() {
        return newest;
    }

    /** When the interval since the newest one is over; null before that is known, or without an interval. */
    synchronized @Nullable Instant nextAt() {
        return interval.isZero() || covered == null ? null : newestAt.plus(interval);
    }

    /**
     * How long until a snapshot is due; null when none will be, as far as is known now.
     *
     * @param position how far the WAL is copied
     * @param onlyOurs whether the current index holds nothing but a frame of our own
     */
    synchronized @Nullable Duration delay(Instant now, Position position, boolean onlyOurs) {
        Position done = covered;
        if (interval.isZero() || done == null || !done.generation().equals(position.generation())) {
            return null;
        }
        boolean committed = position.index() > done.index() || (position.compareTo(done) > 0 && !onlyOurs);
        if (!committed && !alsoIdle) {
            return null;
        }
        Duration left = Duration.between(now, newestAt.plus(interval));
        // a time in the future is a clock's mistake
        return left.isNegative() ? Duration.ZERO : left.compareTo(interval) > 0 ? interval : left;
    }
}
