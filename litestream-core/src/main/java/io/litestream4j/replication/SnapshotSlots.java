package io.litestream4j.replication;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many snapshots are written at once, over all databases: each needs buffers. One that stands still, because its
 * storage hangs, doesn't keep the others waiting for long. Thread-safe.
 */
final class SnapshotSlots {

    private static final int AT_ONCE = 2;
    private static final int WITH_STALLED_ONES = 16;
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Set<Slot> taken = new HashSet<>();
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    /**
     * The right to write a snapshot, to be closed.
     *
     * @param wake called when it is worth another try; ask again after a while all the same
     * @return null when enough of them are being written
     */
    synchronized @Nullable Slot tryTake(Runnable wake) {
        long now = System.nanoTime();
        long moving = taken.stream()
                .filter(slot -> now - slot.lastProgress < STALLED_NANOS)
                .count();
        if (moving >= AT_ONCE || taken.size() >= WITH_STALLED_ONES) {
            waiting.add(wake);
            return null;
        }
        waiting.remove(wake);
        Slot slot = new Slot();
        taken.add(slot);
        return slot;
    }

    private void giveBack(Slot slot) {
        next(slot).forEach(Runnable::run);
    }

    /** One more than can begin: whoever waited may have been stopped meanwhile. */
    private synchronized List<Runnable> next(Slot slot) {
        taken.remove(slot);
        List<Runnable> next = waiting.stream().limit(AT_ONCE).toList();
        next.forEach(waiting::remove);
        return next;
    }

    /** One snapshot. */
    final class Slot implements AutoCloseable {

        private volatile long lastProgress = System.nanoTime();

        private Slot() {}

        /** The storage took some bytes. */
        void progressed() {
            lastProgress = System.nanoTime();
        }

        @Override
        public void close() {
            giveBack(this);
        }
    }
}
