package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaClient;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, when a generation begins, whether the replica holds one whose objects are later by its clock. A restore takes
 * the generation with the latest object, so a clock that was set back makes it take an old one.
 */
final class LaterGenerations {

    private static final Logger LOG = LoggerFactory.getLogger(LaterGenerations.class);

    private LaterGenerations() {}

    /**
     * Says so, with the remedy; nothing else can be done about it here.
     *
     * @param others generations on the replica beside that of the snapshot
     * @param leased whether the replica's lease names the generation that begins
     * @return whether another generation ended at the very time at which this one begins: storages count seconds
     */
    static boolean look(ReplicaClient client, List<Generation> others, SnapshotInfo first, boolean leased)
            throws IOException {
        boolean sameTime = false;
        // A listing dates an object that was sent in parts by its first byte, other than the answer to its writer.
        Instant begun = others.isEmpty() ? first.createdAt() : newest(client, first.generation());
        for (Generation other : others) {
            Instant ended = newest(client, other);
            sameTime |= ended.equals(begun);
            if (ended.isAfter(begun)) {
                LOG.error(
                        "{} holds generation {} with objects of {}, later than the generation that begins now ({}, {}):"
                                + " was a clock set back? {}. Move generations/{} out of the replica",
                        client.url(),
                        other,
                        ended,
                        first.generation(),
                        begun,
                        leased
                                ? "The lease says which one is newer; Litestream's own restore doesn't read it"
                                : "A restore takes the later one",
                        other);
            }
        }
        return sameTime;
    }

    private static Instant newest(ReplicaClient client, Generation generation) throws IOException {
        return Stream.concat(
                        client.snapshots(generation).stream().map(SnapshotInfo::createdAt),
                        client.walSegments(generation).stream().map(WalSegmentInfo::createdAt))
                .reduce(Instant.MIN, (a, b) -> a.isAfter(b) ? a : b);
    }
}
