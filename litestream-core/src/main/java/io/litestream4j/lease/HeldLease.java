package io.litestream4j.lease;

import java.time.Duration;
import java.time.Instant;

/**
 * A lease that somebody else holds.
 *
 * @param holder its process and host, for a person
 * @param since when it was taken, by the holder's clock
 * @param remaining how long it lasts at most, unless it is renewed
 */
public record HeldLease(String holder, Instant since, Duration remaining) {

    /** In a sentence. */
    @Override
    public String toString() {
        return "%s, since %s; it ends in %d s unless it is renewed"
                .formatted(holder, since, Math.max(0, remaining.toSeconds()));
    }
}
