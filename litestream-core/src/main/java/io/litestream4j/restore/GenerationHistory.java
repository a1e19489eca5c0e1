package io.litestream4j.restore;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one generation on a replica can be restored to, by the rules of a restore: as far as names, sizes and times of
 * its objects tell. Pure and immutable.
 */
public final class GenerationHistory {

    private final GenerationListing listing;

    /** Everything that a replica holds of the generation, in any order. */
    public GenerationHistory(Generation generation, List<SnapshotInfo> snapshots, List<WalSegmentInfo> segments) {
        this.listing = new GenerationListing(generation, snapshots, segments);
    }

    /** The generation. */
    public Generation generation() {
        return listing.generation();
    }

    /** Its snapshots by ascending index. */
    public List<SnapshotInfo> snapshots() {
        return listing.snapshots();
    }

    /** Its segments by ascending position. */
    public List<WalSegmentInfo> segments() {
        return listing.segments();
    }

    /** When its newest object was stored; empty when it has none. */
    public Optional<Instant> lastObjectAt() {
        return listing.lastObjectAt();
    }

    /** When its newest object was stored that is not later than a time. */
    public Optional<Instant> lastObjectAt(Instant time) {
        return listing.lastObjectAt(RestorePoint.NEWEST.atOrBefore(time));
    }

    /** Whether a segment is the mark with which its writer ended an index: it holds nothing. */
    public static boolean isEndMark(WalSegmentInfo segment) {
        return GenerationListing.isEndMark(segment);
    }

    /**
     * The snapshot with which every later state begins when nothing older than a time is wanted: the one that a restore
     * of the state at that time uses, and from which everything up to the newest state follows without a gap. The first
     * segment of its index is there.
     *
     * @return empty when no snapshot is as old as that
     * @throws CorruptBackupException when something is missing between that snapshot and the newest state; names it
     */
    public Optional<SnapshotInfo> baseAt(Instant time) {
        List<SnapshotInfo> candidates = listing.snapshots();
        while (true) {
            Optional<SnapshotInfo> base = planner(candidates, RestorePoint.NEWEST.atOrBefore(time))
                    .plan()
                    .map(RestorePlan::snapshot);
            if (base.isEmpty() || isFollowed(base.get())) {
                base.ifPresent(this::requireWholeFrom);
                return base;
            }
            int index = base.get().index();
            candidates = candidates.stream()
                    .filter(snapshot -> snapshot.index() < index)
                    .toList();
        }
    }

    private boolean isFollowed(SnapshotInfo snapshot) {
        Position start = snapshot.position();
        return listing.segments().stream()
                .anyMatch(segment -> segment.position().equals(start));
    }

    private void requireWholeFrom(SnapshotInfo base) {
        Optional<RestorePlan> ignored =
                planner(List.of(base), RestorePoint.NEWEST).plan();
    }

    private RestorePlanner planner(List<SnapshotInfo> snapshots, RestorePoint point) {
        return new RestorePlanner(new GenerationListing(listing.generation(), snapshots, listing.segments()), point);
    }
}
