package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicatedDatabase;
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

    /** Waits until every replica has everything that is committed now, and the status says that nothing waits. */
    public static void everythingIsShipped(ReplicatedDatabase database) throws Exception {
        if (!database.syncAll(Duration.ofSeconds(20))) {
            throw new AssertionError("not replicated: " + database.status());
        }
        holds(
                "nothing waits for a replica",
                () -> database.status().replicas().stream()
                        .allMatch(replica -> replica.pendingSince() == null && replica.pendingBytes() == 0));
    }
}
