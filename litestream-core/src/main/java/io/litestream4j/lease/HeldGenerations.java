package io.litestream4j.lease;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaClient;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The generations on a replica beside one that begins, each with the greatest position at which an object begins. What was
 * answered isn't asked again, so that a storage that fails now and then answers everything in the end. Not thread-safe.
 */
public final class HeldGenerations {

    private final ReplicaClient client;
    private final Generation beginning;
    private final Map<Generation, Position> known = new LinkedHashMap<>();
    private @Nullable List<Generation> others;

    /** Beside a generation; nothing is asked yet. */
    public HeldGenerations(ReplicaClient client, Generation beginning) {
        this.client = client;
        this.beginning = beginning;
    }

    /** Their names. */
    public List<Generation> others() throws IOException {
        List<Generation> names = others;
        if (names == null) {
            names = client.generations().stream()
                    .filter(name -> !name.equals(beginning))
                    .toList();
            others = names;
        }
        return names;
    }

    /** The last position of each. */
    public Map<Generation, Position> positions() throws IOException {
        for (Generation other : others()) {
            if (!known.containsKey(other)) {
                known.put(other, last(other));
            }
        }
        return Map.copyOf(known);
    }

    private Position last(Generation generation) throws IOException {
        return Stream.concat(
                        client.snapshots(generation).stream().map(SnapshotInfo::position),
                        client.walSegments(generation).stream().map(WalSegmentInfo::position))
                .max(Comparator.naturalOrder())
                .orElse(new Position(generation, 0, 0));
    }
}
