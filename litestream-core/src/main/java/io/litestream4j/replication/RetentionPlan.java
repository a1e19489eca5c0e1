package io.litestream4j.replication;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Generation;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.restore.GenerationHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a replica need not hold any longer, so that every state since the cutoff stays restorable. Pure.
 *
 * <p>Within the current generation everything before the snapshot goes with which the state at the cutoff is restored.
 * An older generation goes as a whole, and only when a later one covers the cutoff: until that one's first snapshot, the
 * newest state of the older one was the newest there was. If anything is in doubt, nothing goes.
 *
 * <p>The deletions may end after any object; what is left then is restored as before, by this engine and by Litestream
 * 0.3.13, which refuses an index below its snapshot that lacks the first segment, whether it needs that index or not.
 *
 * @param cutoff states before this time need not be restorable
 * @param deletions in this order
 * @param gap why nothing is deleted although something is old enough; null when all is well
 * @param later generations that are later by their clock than the current one: they stay
 * @param snapshotWanted whether the newest snapshot is older than the cutoff, and commits have followed it
 */
record RetentionPlan(
        Instant cutoff,
        List<Deletion> deletions,
        @Nullable String gap,
        List<Generation> later,
        boolean snapshotWanted) {

    /** As many as S3 deletes in one request. */
    static final int BATCH = 1000;

    /**
     * Objects that are deleted with one call; snapshots or segments, not both.
     *
     * @param snapshots in this order
     * @param segments in this order
     */
    record Deletion(List<SnapshotInfo> snapshots, List<WalSegmentInfo> segments) {}

    /**
     * Plans.
     *
     * @param generations all that the replica holds
     * @param current the generation that is being written
     * @param localNow the local clock: one that is ahead of the replica's doesn't count
     * @param retention how far back every state has to be restorable
     */
    static RetentionPlan of(
            List<GenerationHistory> generations, Generation current, Instant localNow, Duration retention) {
        Instant newest = generations.stream()
                .flatMap(history -> history.lastObjectAt().stream())
                .max(Comparator.naturalOrder())
                .orElse(localNow);
        Instant now = newest.isBefore(localNow) ? newest : localNow;
        return new Planning(generations, current, minus(now, retention)).plan();
    }

    private static Instant minus(Instant now, Duration retention) {
        Duration sinceMin = Duration.between(Instant.MIN, now);
        return retention.compareTo(sinceMin) > 0 ? Instant.MIN : now.minus(retention);
    }

    /** Snapshots that go. */
    int snapshots() {
        return deletions.stream()
                .mapToInt(deletion -> deletion.snapshots().size())
                .sum();
    }

    /** Segments that go. */
    int segments() {
        return deletions.stream()
                .mapToInt(deletion -> deletion.segments().size())
                .sum();
    }

    /** The work of one plan. */
    private static final class Planning {

        private final List<GenerationHistory> generations;
        private final Generation current;
        private final Instant cutoff;
        private final List<Deletion> deletions = new ArrayList<>();
        private final Map<Generation, Optional<Instant>> covers = new HashMap<>();

        Planning(List<GenerationHistory> generations, Generation current, Instant cutoff) {
            this.generations = generations;
            this.current = current;
            this.cutoff = cutoff;
        }

        RetentionPlan plan() {
            Optional<GenerationHistory> found = generations.stream()
                    .filter(history -> history.generation().equals(current))
                    .findFirst();
            Instant last = found.flatMap(GenerationHistory::lastObjectAt).orElse(Instant.MIN);
            List<Generation> later = generations.stream()
                    .filter(history ->
                            history.lastObjectAt().orElse(Instant.MIN).isAfter(last))
                    .map(GenerationHistory::generation)
                    .toList();
            if (found.isEmpty() || last.equals(Instant.MIN)) {
                return new RetentionPlan(cutoff, List.of(), null, List.of(), false);
            }
            try {
                Optional<SnapshotInfo> keep = found.get().baseAt(cutoff);
                keep.ifPresent(snapshot -> pruneBelow(snapshot, found.get()));
            } catch (CorruptBackupException e) {
                return new RetentionPlan(cutoff, List.of(), e.getMessage(), later, isSnapshotWanted(found.get()));
            }
            generations.stream()
                    .filter(history -> !history.generation().equals(current))
                    .filter(history -> !later.contains(history.generation()))
                    .filter(this::isCovered)
                    .forEach(history -> delete(history.snapshots(), history.segments()));
            return new RetentionPlan(cutoff, List.copyOf(deletions), null, later, isSnapshotWanted(found.get()));
        }

        private void pruneBelow(SnapshotInfo keep, GenerationHistory history) {
            List<SnapshotInfo> snapshots = history.snapshots().stream()
                    .filter(snapshot -> snapshot.index() < keep.index())
                    .toList();
            List<WalSegmentInfo> segments = history.segments().stream()
                    .filter(segment -> segment.position().index() < keep.index())
                    .toList();
            Instant newestDeleted =
                    times(snapshots, segments).max(Comparator.naturalOrder()).orElse(Instant.MIN);
            if (!newestDeleted.isAfter(cutoff) && staysNewest(keep, history, newestDeleted)) {
                delete(snapshots, segments);
            }
        }

        /**
         * A restore by time takes the generation with the last object before it. Where clocks jumped, that object can be
         * among those that would go.
         */
        private boolean staysNewest(SnapshotInfo keep, GenerationHistory history, Instant newestDeleted) {
            GenerationHistory kept = new GenerationHistory(
                    history.generation(),
                    history.snapshots().stream()
                            .filter(snapshot -> snapshot.index() >= keep.index())
                            .toList(),
                    history.segments().stream()
                            .filter(segment -> segment.position().index() >= keep.index())
                            .toList());
            Instant newestKept = kept.lastObjectAt(cutoff).orElse(Instant.MIN);
            return generations.stream()
                    .filter(other -> other != history)
                    .map(other -> other.lastObjectAt(cutoff).orElse(Instant.MIN))
                    .noneMatch(other -> !other.isBefore(newestKept) && !other.isAfter(newestDeleted));
        }

        /** Whether no state since the cutoff is one of this generation's. */
        private boolean isCovered(GenerationHistory old) {
            Instant last = old.lastObjectAt().orElse(Instant.MAX);
            return !last.isAfter(cutoff)
                    && generations.stream().filter(other -> other != old).anyMatch(other -> coversFrom(other, last));
        }

        private boolean coversFrom(GenerationHistory later, Instant end) {
            return covers.computeIfAbsent(later.generation(), generation -> coverOf(later))
                    .map(begin -> begin.isAfter(end))
                    .orElse(false);
        }

        /** When the snapshot was stored that covers the cutoff; empty when none does. */
        private Optional<Instant> coverOf(GenerationHistory history) {
            try {
                return history.baseAt(cutoff).map(SnapshotInfo::createdAt);
            } catch (CorruptBackupException e) {
                return Optional.empty();
            }
        }

        private boolean isSnapshotWanted(GenerationHistory history) {
            List<SnapshotInfo> snapshots = history.snapshots();
            if (snapshots.isEmpty()) {
                return false;
            }
            SnapshotInfo newest = snapshots.get(snapshots.size() - 1);
            return newest.createdAt().isBefore(cutoff)
                    && history.segments().stream()
                            .filter(segment -> !GenerationHistory.isEndMark(segment))
                            .anyMatch(segment -> segment.position().compareTo(newest.position()) > 0
                                    && segment.createdAt().isAfter(newest.createdAt()));
        }

        /**
         * Old snapshots first: what has lost its WAL could be restored to a wrong end. Then segments, newest first, and
         * the first segments of indexes last: a storage that deletes a batch in part, or in another order, leaves no
         * index without its beginning.
         */
        private void delete(List<SnapshotInfo> snapshots, List<WalSegmentInfo> segments) {
            for (List<SnapshotInfo> batch : batches(snapshots)) {
                deletions.add(new Deletion(batch, List.of()));
            }
            for (boolean first : new boolean[] {false, true}) {
                List<WalSegmentInfo> ordered = segments.stream()
                        .filter(segment -> (segment.position().offset() == 0) == first)
                        .sorted(Comparator.comparing(WalSegmentInfo::position).reversed())
                        .toList();
                for (List<WalSegmentInfo> batch : batches(ordered)) {
                    deletions.add(new Deletion(List.of(), batch));
                }
            }
        }

        private static <T> List<List<T>> batches(List<T> all) {
            List<List<T>> batches = new ArrayList<>();
            for (int from = 0; from < all.size(); from += BATCH) {
                batches.add(List.copyOf(all.subList(from, Math.min(all.size(), from + BATCH))));
            }
            return batches;
        }

        private static Stream<Instant> times(List<SnapshotInfo> snapshots, List<WalSegmentInfo> segments) {
            return Stream.concat(
                    snapshots.stream().map(SnapshotInfo::createdAt),
                    segments.stream().map(WalSegmentInfo::createdAt));
        }
    }
}
