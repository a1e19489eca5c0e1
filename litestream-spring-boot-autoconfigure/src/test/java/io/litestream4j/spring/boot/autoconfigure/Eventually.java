package io.litestream4j.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits in tests. */
public final class Eventually {

    private Eventually() {}

    /** Looks again and again until a condition holds. */
    public static void holds(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not in time: " + what);
            }
            Thread.sleep(5);
        }
    }
}
