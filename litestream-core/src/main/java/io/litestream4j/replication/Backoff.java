package io.litestream4j.replication;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Growing, jittered delays between attempts at something that goes wrong. Not thread-safe. */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int MAX_DOUBLINGS = 16;

    private int failures;

    /** The delay after one more failure. */
    Duration next() {
        long nominal = Math.min(LONGEST.toNanos(), FIRST.toNanos() << Math.min(failures, MAX_DOUBLINGS));
        failures++;
        return Duration.ofNanos(nominal / 2 + ThreadLocalRandom.current().nextLong(nominal / 2 + 1));
    }

    /** After a success: the next failure is the first again. */
    void reset() {
        failures = 0;
    }
}
