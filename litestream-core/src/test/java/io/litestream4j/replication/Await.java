package io.litestream4j.replication;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition. */
final class Await {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    private Await() {}

    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, LIMIT, 500_000, condition);
    }

    static void until(String what, Duration limit, long pollNanos, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
            }
            if (pollNanos == 0) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(pollNanos);
            }
        }
    }
}
