package io.litestream4j.restore;

import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import java.time.Instant;
import java.util.Optional;

/**
 * A generation on a replica from which a request may be served.
 *
 * @param replica where it is
 * @param listing what is there
 * @param storedAt when its newest object was stored that fits the request
 */
record Candidate(Replica replica, GenerationListing listing, Instant storedAt) {

    /**
     * Whether this one holds the newer state. Positions say so within a generation, times between generations; S3
     * counts whole seconds, in which one generation can end and the next begin.
     */
    boolean isNewerThan(Candidate other) {
        if (hasHistoryOf(other)) {
            Optional<Position> last = listing.lastPosition();
            Optional<Position> otherLast = other.listing.lastPosition();
            if (last.isPresent() && otherLast.isPresent()) {
                return last.get().compareTo(otherLast.get()) > 0;
            }
        }
        return storedAt.equals(other.storedAt) ? listing.beganAfter(other.listing) : storedAt.isAfter(other.storedAt);
    }

    /** The same, as if its newest object was stored before another's. */
    Candidate before(Candidate newer) {
        return storedAt.isBefore(newer.storedAt) ? this : new Candidate(replica, listing, newer.storedAt.minusNanos(1));
    }

    boolean hasHistoryOf(Candidate other) {
        return listing.generation().equals(other.listing.generation());
    }

    @Override
    public String toString() {
        return "generation %s of replica %s".formatted(listing.generation(), replica);
    }
}
