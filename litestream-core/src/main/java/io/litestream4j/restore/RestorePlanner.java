package io.litestream4j.restore;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaPaths;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the objects for a point in a generation's history. Pure: reads a listing, asks no storage and no clock. */
final class RestorePlanner {

    private final GenerationListing listing;
    private final RestorePoint point;
    private final List<WalSegmentInfo> segments;
    private final int included;
    private final boolean marked;

    RestorePlanner(GenerationListing listing, RestorePoint point) {
        this.listing = listing;
        this.point = point;
        this.segments = listing.segments();
        this.included = countIncluded();
        this.marked = listing.hasEndMarks();
    }

    /**
     * The plan for the point.
     *
     * @return empty when the generation has nothing as old as that
     * @throws CorruptBackupException when an object is missing; names it and what comes after it
     */
    Optional<RestorePlan> plan() {
        RestorePlan compared = null;
        List<SnapshotInfo> bases = bases();
        for (SnapshotInfo base : bases) {
            RestorePlan plan;
            try {
                plan = planFrom(base);
            } catch (CorruptBackupException e) {
                if (compared == null) {
                    throw e;
                }
                continue; // an older snapshot only saves the comparison
            }
            if (!endsInsideSnapshotIndex(plan)) {
                return Optional.of(plan);
            }
            compared = compared == null && plan.comparesFollowing() ? plan : compared;
        }
        return Optional.ofNullable(compared);
    }

    /** Snapshots that may be begun with, newest first. */
    private List<SnapshotInfo> bases() {
        List<Instant> times = listing.segmentTimes();
        return listing.snapshots().stream()
                .filter(snapshot -> !point.damagedSnapshots().contains(snapshot.index()))
                .filter(snapshot -> point.admits(snapshot.createdAt()) && point.admitsIndex(snapshot.index()))
                .filter(snapshot -> point.before() == null
                        || snapshot.index() <= point.before().index())
                .filter(snapshot ->
                        timeBefore(snapshot, times).map(point::admits).orElse(true))
                .sorted(Comparator.comparing(SnapshotInfo::position).reversed())
                .toList();
    }

    /** A snapshot also holds all that came before it, so it isn't older than that. */
    private Optional<Instant> timeBefore(SnapshotInfo snapshot, List<Instant> times) {
        Instant time = null;
        for (int i = 0; i < times.size() && segments.get(i).position().index() < snapshot.index(); i++) {
            time = times.get(i);
        }
        return Optional.ofNullable(time);
    }

    private int countIncluded() {
        List<Instant> times = listing.segmentTimes();
        int count = 0;
        while (count < segments.size()
                && point.admits(times.get(count))
                && point.admits(segments.get(count).position())) {
            count++;
        }
        return count;
    }

    private RestorePlan planFrom(SnapshotInfo base) {
        List<WalSegmentInfo> chain = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        boolean complete = true;
        for (int i = firstAtOrAfter(base.position()); complete && i < segments.size() && i <= included; i++) {
            BackupDamage gap = gapBefore(segments.get(i), chain, base);
            if (gap != null && !point.older()) {
                throw gap;
            } else if (gap != null) {
                notes.add("stops before damage: " + gap.getMessage());
                complete = false;
            } else if (i < included) {
                chain.add(segments.get(i));
            }
        }
        return finish(base, chain, complete, notes);
    }

    private RestorePlan finish(SnapshotInfo base, List<WalSegmentInfo> chain, boolean complete, List<String> notes) {
        List<WalSegmentInfo> following = complete ? following(base, chain) : List.of();
        Instant lastObjectAt = chain.stream()
                .map(WalSegmentInfo::createdAt)
                .max(Comparator.naturalOrder())
                .orElse(base.createdAt());
        if (point.timestamp() != null
                && listing.lastObjectAt().map(point.timestamp()::isAfter).orElse(false)) {
            notes.add("nothing is stored up to %s: the newest state, of %s, is used"
                    .formatted(point.timestamp(), lastObjectAt));
        }
        RestorePlan plan = new RestorePlan(base, chain, following, false, lastObjectAt, notes);
        boolean compares = !following.isEmpty() && endsInsideSnapshotIndex(plan);
        return new RestorePlan(base, chain, following, compares, lastObjectAt, notes);
    }

    /** Segments after the chain in its last index. */
    private List<WalSegmentInfo> following(SnapshotInfo base, List<WalSegmentInfo> chain) {
        int index = lastIndex(base, chain);
        int from = firstAtOrAfter(base.position()) + chain.size();
        boolean damaged = point.before() != null;
        return damaged
                ? List.of()
                : segments.subList(from, segments.size()).stream()
                        .filter(segment -> segment.position().index() == index)
                        .toList();
    }

    /** Whether something is left out of the very index that the snapshot was taken in. */
    private boolean endsInsideSnapshotIndex(RestorePlan plan) {
        int index = plan.snapshot().index();
        int taken = firstAtOrAfter(plan.snapshot().position()) + plan.segments().size();
        return lastIndex(plan.snapshot(), plan.segments()) == index
                && taken < segments.size()
                && segments.get(taken).position().index() == index
                && !GenerationListing.isEndMark(segments.get(taken));
    }

    private static int lastIndex(SnapshotInfo base, List<WalSegmentInfo> chain) {
        return chain.isEmpty()
                ? base.index()
                : chain.get(chain.size() - 1).position().index();
    }

    private int firstAtOrAfter(Position position) {
        int i = 0;
        while (i < segments.size() && segments.get(i).position().compareTo(position) < 0) {
            i++;
        }
        return i;
    }

    /** What is missing between the chain and a segment that should continue it; null when nothing is. */
    private @Nullable BackupDamage gapBefore(WalSegmentInfo next, List<WalSegmentInfo> chain, SnapshotInfo base) {
        if (chain.isEmpty()) {
            return gapAtStartOf(base.index(), next);
        }
        WalSegmentInfo last = chain.get(chain.size() - 1);
        String name = ReplicaPaths.walSegment(next.position());
        if (last.position().index() == next.position().index()) {
            return GenerationListing.isEndMark(last)
                    ? BackupDamage.ofSegment(
                            next.position(),
                            "expected nothing after the end mark %s, got this"
                                    .formatted(ReplicaPaths.walSegment(last.position())),
                            null)
                    : null;
        }
        if (marked && !GenerationListing.isEndMark(last)) {
            return BackupDamage.ofIndexEnd(
                    last.position(),
                    last.position().nextIndex(),
                    "expected more segments and the end mark of this index after %s, got %s, which is of another index"
                            .formatted(ReplicaPaths.walSegment(last.position()), name));
        }
        boolean beyond = point.index() != null && next.position().index() > point.index();
        return beyond ? null : gapAtStartOf(last.position().index() + 1, next);
    }

    private @Nullable BackupDamage gapAtStartOf(int index, WalSegmentInfo next) {
        Position start = new Position(listing.generation(), index, 0);
        if (!next.position().equals(start)) {
            return BackupDamage.ofSegment(
                    start,
                    "expected this segment, got nothing: the next one on the replica is "
                            + ReplicaPaths.walSegment(next.position()),
                    null);
        }
        return GenerationListing.isEndMark(next)
                ? BackupDamage.ofSegment(start, "expected the header of a WAL index, got an empty segment", null)
                : null;
    }
}
