package io.litestream4j.lease;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generation of a replica that counts, by its lease.
 *
 * @param generation its name
 * @param supersedes generations that were on the replica when it began, with the greatest position of each: it is newer
 *     than any of them, whatever the times of their objects say. Generations that are neither came later, from a writer
 *     that keeps no lease
 */
public record CountingGeneration(Generation generation, Map<Generation, Position> supersedes) {

    private static final Logger LOG = LoggerFactory.getLogger(CountingGeneration.class);

    /** As many objects as an upload that was under way may add to a generation after another one began. */
    private static final int LATE_OBJECTS = 1;

    /**
     * Whether a generation is older than this one, and ended there. More objects than an upload under way could leave mean
     * that a writer without leases goes on with it: then times say what is newer.
     *
     * @param positions those at which the generation's objects begin
     */
    public boolean supersedes(Generation other, Stream<Position> positions) {
        Position last = supersedes.get(other);
        if (last == null) {
            return false;
        }
        long later = positions.filter(position -> position.compareTo(last) > 0).count();
        if (later > LATE_OBJECTS) {
            LOG.warn(
                    "generation {} has {} objects more than when {} began after it: a writer without leases goes on with"
                            + " it. Which of the two is newer is told by the times of their objects",
                    other,
                    later,
                    generation);
        }
        return later <= LATE_OBJECTS;
    }

    /**
     * Asks a replica; empty when it has no lease, or none that can be understood.
     *
     * @throws IOException when it can't be asked
     */
    public static Optional<CountingGeneration> of(ReplicaClient client) throws IOException {
        StoredLease stored = client.readLease();
        if (stored == null) {
            return Optional.empty();
        }
        LeaseRecord lease;
        try {
            lease = LeaseRecord.parse(stored, client.url());
        } catch (IOException e) {
            LOG.warn("{}; the newest generation is told by the times of objects", e.getMessage());
            return Optional.empty();
        }
        Generation generation = lease.generation();
        return generation == null
                ? Optional.empty()
                : Optional.of(new CountingGeneration(generation, lease.supersedes()));
    }
}
