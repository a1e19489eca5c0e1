package io.litestream4j.replication;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * When the next round of uploads to a replica may begin: the sync interval bounds their number, the back-off spares a
 * storage that doesn't work. Thread-safe.
 */
final class UploadPace {

    /** How soon a replica that doesn't work is tried again when somebody waits for it. */
    private static final long URGENT_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** And a little more, because clocks aren't that exact. */
    private static final long SECOND_NANOS = TimeUnit.MILLISECONDS.toNanos(1100);

    private final long intervalNanos;
    private final Backoff backoff = new Backoff();
    private long lastRound;
    private boolean everUploaded;
    private boolean failed;
    private long retryAt;
    private long pausedUntil = System.nanoTime();

    UploadPace(Duration syncInterval) {
        this.intervalNanos = syncInterval.toNanos();
    }

    /**
     * Nanoseconds until a round may begin.
     *
     * @param urgent whether somebody waits: the interval doesn't hold then, the back-off only for a second
     */
    synchronized long delay(boolean urgent) {
        long now = System.nanoTime();
        long delay = urgent || !everUploaded ? 0 : lastRound + intervalNanos - now;
        if (failed) {
            long untilRetry = retryAt - now;
            delay = Math.max(delay, urgent ? Math.min(untilRetry, URGENT_RETRY_NANOS) : untilRetry);
        }
        return Math.max(0, Math.max(delay, pausedUntil - now));
    }

    synchronized void roundBegins() {
        lastRound = System.nanoTime();
        everUploaded = true;
    }

    /** Nothing is uploaded before the replica's clock shows another second, whoever waits. */
    synchronized void awaitNextSecond() {
        pausedUntil = System.nanoTime() + SECOND_NANOS;
    }

    synchronized void succeeded() {
        failed = false;
        backoff.reset();
    }

    /** Returns after how many nanoseconds to try again. */
    synchronized long failed() {
        long delay = backoff.next().toNanos();
        failed = true;
        retryAt = System.nanoTime() + delay;
        return delay;
    }
}
