package io.litestream4j.restore;

import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * How often a read is repeated after the storage broke off, and how long to wait before each.
 *
 * @param attempts in all, at least 1
 * @param firstPause before the second attempt; four times as long before each one after it
 */
record Retries(int attempts, Duration firstPause) {

    static final Retries DEFAULT = new Retries(5, Duration.ofMillis(100));

    /** Waits after an attempt, counted from 1. */
    void pauseAfter(int attempt) throws InterruptedIOException {
        try {
            Thread.sleep(firstPause.toMillis() << (2 * (attempt - 1)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting to read again");
        }
    }
}
