package io.litestream4j.restore;

import io.litestream4j.Position;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far to restore within a generation.
 *
 * @param timestamp nothing stored later; null for no such limit
 * @param index nothing of a later WAL index; null for no such limit
 * @param before nothing at or after this position, because it is damaged; null when nothing is known to be
 * @param damagedSnapshots indexes of snapshots that can't be used
 * @param older whether to stop before the first gap instead of refusing it
 */
record RestorePoint(
        @Nullable Instant timestamp,
        @Nullable Integer index,
        @Nullable Position before,
        Set<Integer> damagedSnapshots,
        boolean older) {

    RestorePoint {
        damagedSnapshots = Set.copyOf(damagedSnapshots);
    }

    static final RestorePoint NEWEST = new RestorePoint(null, null, null, Set.of(), false);

    static RestorePoint of(RestoreRequest request) {
        Integer index = request.index().isPresent() ? request.index().getAsInt() : null;
        return new RestorePoint(request.timestamp().orElse(null), index, null, Set.of(), false);
    }

    RestorePoint atOrBefore(Instant time) {
        return new RestorePoint(time, index, before, damagedSnapshots, older);
    }

    RestorePoint atIndex(int last) {
        return new RestorePoint(timestamp, last, before, damagedSnapshots, older);
    }

    /** The same point, or an older one where that one can't be proved. */
    RestorePoint orOlder() {
        return new RestorePoint(timestamp, index, before, damagedSnapshots, true);
    }

    /** An older point, clear of some damage. */
    RestorePoint without(BackupDamage damage) {
        Set<Integer> snapshots = new HashSet<>(damagedSnapshots);
        if (damage.snapshot() != null) {
            snapshots.add(damage.snapshot().index());
        }
        Position from = damage.from();
        boolean earlier = from != null && (before == null || from.compareTo(before) < 0);
        return new RestorePoint(timestamp, index, earlier ? from : before, snapshots, true);
    }

    boolean admits(Instant storedAt) {
        return timestamp == null || !storedAt.isAfter(timestamp);
    }

    boolean admitsIndex(int other) {
        return index == null || other <= index;
    }

    boolean admits(Position position) {
        return admitsIndex(position.index()) && (before == null || position.compareTo(before) < 0);
    }
}
