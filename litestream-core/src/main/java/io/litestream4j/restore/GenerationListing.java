package io.litestream4j.restore;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a replica holds of one generation.
 *
 * @param generation the generation
 * @param snapshots by ascending index
 * @param segments by ascending position
 */
record GenerationListing(Generation generation, List<SnapshotInfo> snapshots, List<WalSegmentInfo> segments) {

    GenerationListing {
        snapshots = snapshots.stream()
                .sorted(Comparator.comparing(SnapshotInfo::position))
                .toList();
        segments = segments.stream()
                .sorted(Comparator.comparing(WalSegmentInfo::position))
                .toList();
    }

    boolean isEmpty() {
        return snapshots.isEmpty() && segments.isEmpty();
    }

    /** Whether the writer marked the ends of indexes; then every index that was followed by another has a mark. */
    boolean hasEndMarks() {
        return generation.hasEndMarks() || segments.stream().anyMatch(GenerationListing::isEndMark);
    }

    /** An index ends with an empty segment where its writer says so. Nothing but an empty frame is so short. */
    static boolean isEndMark(WalSegmentInfo segment) {
        return segment.size() == Lz4Frames.EMPTY_FRAME_SIZE;
    }

    /** When the newest object was stored that isn't later than the point asked for. */
    Optional<Instant> lastObjectAt(RestorePoint point) {
        return times().filter(point::admits).max(Comparator.naturalOrder());
    }

    /** When the newest object was stored. */
    Optional<Instant> lastObjectAt() {
        return lastObjectAt(RestorePoint.NEWEST);
    }

    /** Whether its oldest object is younger than the other's. */
    boolean beganAfter(GenerationListing other) {
        return times().min(Comparator.naturalOrder())
                .orElse(Instant.MIN)
                .isAfter(other.times().min(Comparator.naturalOrder()).orElse(Instant.MIN));
    }

    /** When the first usable state was stored. */
    Optional<Instant> firstSnapshotAt() {
        return snapshots.stream().map(SnapshotInfo::createdAt).min(Comparator.naturalOrder());
    }

    /** The greatest position at which an object begins. */
    Optional<Position> lastPosition() {
        return positions().max(Comparator.naturalOrder());
    }

    /** Those at which objects begin. */
    Stream<Position> positions() {
        return Stream.concat(
                snapshots.stream().map(SnapshotInfo::position),
                segments.stream().map(WalSegmentInfo::position));
    }

    /**
     * When each segment's content was on the replica for sure: the running maximum of times in the order of positions,
     * because clocks jump and stores are copied.
     */
    List<Instant> segmentTimes() {
        List<Instant> times = new ArrayList<>(segments.size());
        Instant latest = Instant.MIN;
        for (WalSegmentInfo segment : segments) {
            latest = latest.isBefore(segment.createdAt()) ? segment.createdAt() : latest;
            times.add(latest);
        }
        return times;
    }

    private Stream<Instant> times() {
        return Stream.concat(
                snapshots.stream().map(SnapshotInfo::createdAt),
                segments.stream().map(WalSegmentInfo::createdAt));
    }
}
