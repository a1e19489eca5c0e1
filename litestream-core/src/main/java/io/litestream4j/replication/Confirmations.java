package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads wait until replicas have confirmed a position. A later generation of the same database began with a
 * snapshot of everything before it, so its confirmation is one for every position of the generations before. Thread-safe.
 */
final class Confirmations {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Generation> order = new ArrayList<>();
    private int waiters;
    private long version;

    /** A generation is current from now on. */
    void began(Generation generation) {
        lock.lock();
        try {
            order.remove(generation);
            order.add(generation);
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** The database's file is another one: what was committed before is in none of the generations to come. */
    void historyEnded() {
        lock.lock();
        try {
            order.clear();
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** Something was confirmed, or may have become so. */
    void changed() {
        lock.lock();
        try {
            signal();
        } finally {
            lock.unlock();
        }
    }

    boolean hasWaiters() {
        lock.lock();
        try {
            return waiters > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Whether what is confirmed contains the position. */
    boolean contains(@Nullable Position confirmed, Position position) {
        if (confirmed == null) {
            return false;
        }
        if (confirmed.generation().equals(position.generation())) {
            return confirmed.isAtLeast(position);
        }
        lock.lock();
        try {
            int wanted = order.indexOf(position.generation());
            return wanted >= 0 && order.indexOf(confirmed.generation()) > wanted;
        } finally {
            lock.unlock();
        }
    }

    /** The newest generation; null before the first. */
    @Nullable
    Generation newest() {
        lock.lock();
        try {
            return order.isEmpty() ? null : order.get(order.size() - 1);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a condition over the confirmations holds.
     *
     * @param wake called once this thread counts as a waiter
     * @return whether it holds
     */
    boolean await(BooleanSupplier condition, long timeoutNanos, Runnable wake) throws InterruptedException {
        if (condition.getAsBoolean()) {
            return true;
        }
        long deadline = System.nanoTime() + timeoutNanos;
        count(1);
        try {
            wake.run();
            while (true) {
                long seen = currentVersion();
                if (condition.getAsBoolean()) {
                    return true;
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                awaitChangeSince(seen, left);
            }
        } finally {
            count(-1);
        }
    }

    private long currentVersion() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    private void awaitChangeSince(long seen, long timeoutNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = timeoutNanos;
            while (version == seen && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        version++;
        changed.signalAll();
    }

    private void count(int difference) {
        lock.lock();
        try {
            waiters += difference;
        } finally {
            lock.unlock();
        }
    }
}
