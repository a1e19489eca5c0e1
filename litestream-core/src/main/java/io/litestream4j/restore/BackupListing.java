package io.litestream4j.restore;

import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import java.util.List;
import java.util.Map;

/**
 * What the replicas of a database hold, at the moment when they were asked. Immutable; everything is sorted by time, the
 * oldest first.
 *
 * @param generations one entry for each generation on each replica, by the time of its newest object
 * @param snapshots of all replicas
 * @param walSegments of all replicas
 * @param unreachable why a replica could not be asked, by its name; what others hold is listed all the same
 */
public record BackupListing(
        List<GenerationSummary> generations,
        List<StoredSnapshot> snapshots,
        List<StoredSegment> walSegments,
        Map<String, String> unreachable) {

    public BackupListing {
        generations = List.copyOf(generations);
        snapshots = List.copyOf(snapshots);
        walSegments = List.copyOf(walSegments);
        unreachable = Map.copyOf(unreachable);
    }

    /**
     * A snapshot.
     *
     * @param replica name of the replica that holds it
     * @param info what it is
     */
    public record StoredSnapshot(String replica, SnapshotInfo info) {}

    /**
     * A WAL segment.
     *
     * @param replica name of the replica that holds it
     * @param info what it is
     */
    public record StoredSegment(String replica, WalSegmentInfo info) {}

    /** What can be restored, generation by generation, one per line. */
    public String describe() {
        StringBuilder text = new StringBuilder("what can be restored:");
        for (GenerationSummary generation : generations) {
            text.append("\n  ")
                    .append(generation
                            .window()
                            .map(RestorableWindow::toString)
                            .orElse("generation %s of replica %s: nothing"
                                    .formatted(generation.generation(), generation.replica())));
        }
        unreachable.forEach((replica, problem) -> text.append("\n  replica %s: %s".formatted(replica, problem)));
        return text.toString();
    }
}
