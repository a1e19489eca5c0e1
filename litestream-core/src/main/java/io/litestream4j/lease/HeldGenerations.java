package io.litestream4j.lease;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaClient;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The generations on a replica, each with the greatest position at which an object begins. */
@FunctionalInterface
public interface HeldGenerations {

    /** Asks the replica. */
    Map<Generation, Position> list() throws IOException;

    /** Of a replica, by its listings. */
    static HeldGenerations of(ReplicaClient client) {
        return () -> {
            Map<Generation, Position> held = new LinkedHashMap<>();
            for (Generation generation : client.generations()) {
                Position last = Stream.concat(
                                client.snapshots(generation).stream().map(SnapshotInfo::position),
                                client.walSegments(generation).stream().map(WalSegmentInfo::position))
                        .max(Comparator.naturalOrder())
                        .orElse(new Position(generation, 0, 0));
                held.put(generation, last);
            }
            return held;
        };
    }
}
