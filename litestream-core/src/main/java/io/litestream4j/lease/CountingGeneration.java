package io.litestream4j.lease;

import io.litestream4j.Generation;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generation of a replica that counts, by its lease.
 *
 * @param generation its name
 * @param supersedes generations that were on the replica when it began: it is newer than any of them, whatever the times
 *     of their objects say. Generations that are neither came later, from a writer that keeps no lease
 */
public record CountingGeneration(Generation generation, Set<Generation> supersedes) {

    private static final Logger LOG = LoggerFactory.getLogger(CountingGeneration.class);

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
