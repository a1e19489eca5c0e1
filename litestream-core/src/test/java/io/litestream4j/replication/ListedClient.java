package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.restore.GenerationHistory;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A replica that has listings, and objects without content. */
final class ListedClient implements ReplicaClient {

    private final List<SnapshotInfo> snapshots = new ArrayList<>();
    private final List<WalSegmentInfo> segments = new ArrayList<>();

    void add(SnapshotInfo snapshot) {
        snapshots.add(snapshot);
    }

    void add(WalSegmentInfo segment) {
        segments.add(segment);
    }

    List<GenerationHistory> histories() {
        return generations().stream()
                .map(generation -> new GenerationHistory(generation, snapshots(generation), walSegments(generation)))
                .toList();
    }

    int objects() {
        return snapshots.size() + segments.size();
    }

    List<SnapshotInfo> allSnapshots() {
        return List.copyOf(snapshots);
    }

    @Override
    public List<Generation> generations() {
        return Stream.concat(
                        snapshots.stream().map(SnapshotInfo::generation),
                        segments.stream().map(segment -> segment.position().generation()))
                .distinct()
                .toList();
    }

    @Override
    public List<SnapshotInfo> snapshots(Generation generation) {
        return snapshots.stream()
                .filter(snapshot -> snapshot.generation().equals(generation))
                .toList();
    }

    @Override
    public List<WalSegmentInfo> walSegments(Generation generation) {
        return segments.stream()
                .filter(segment -> segment.position().generation().equals(generation))
                .toList();
    }

    @Override
    public void deleteSnapshots(List<SnapshotInfo> old) {
        snapshots.removeAll(old);
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> old) {
        segments.removeAll(old);
    }

    @Override
    public String url() {
        return "memory:";
    }

    @Override
    public String type() {
        return "memory";
    }

    @Override
    public SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public WalSegmentInfo writeWalSegment(Position position, ObjectContent content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream openWalSegment(Position position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
