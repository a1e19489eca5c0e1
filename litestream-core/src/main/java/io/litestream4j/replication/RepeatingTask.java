package io.litestream4j.replication;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A step that runs again and again, never twice at once: by the clock, or at once when it is woken. Uses no thread
 * while it waits. Thread-safe.
 */
final class RepeatingTask {

    /** What a step returns when it need not run again until it is woken. */
    static final long WHEN_WOKEN = Long.MAX_VALUE;

    private final EngineThreads threads;
    private final EngineThreads.Kind kind;
    private final Step step;

    private boolean halted = true;
    private boolean running;
    private long nextAt = WHEN_WOKEN;
    private @Nullable ScheduledFuture<?> timer;

    /** One run; never throws. */
    @FunctionalInterface
    interface Step {
        /** Runs, and returns after how many nanoseconds to run again, or {@link #WHEN_WOKEN}. */
        long run();
    }

    RepeatingTask(EngineThreads threads, EngineThreads.Kind kind, Step step) {
        this.threads = threads;
        this.kind = kind;
        this.step = step;
    }

    /** Runs the step now and from then on. */
    synchronized void start() {
        halted = false;
        wakeWithin(0);
    }

    /** Runs the step no later than after a time; 0 for at once. Does nothing while halted. */
    synchronized void wakeWithin(long nanos) {
        long at = System.nanoTime() + nanos;
        if (halted || (nextAt != WHEN_WOKEN && nextAt - at <= 0)) {
            return;
        }
        nextAt = at;
        if (!running) {
            schedule();
        }
    }

    /** Ends the repetition; returns when a run that is under way has ended, or the time is over. */
    synchronized boolean halt(long timeoutNanos) throws InterruptedException {
        halted = true;
        nextAt = WHEN_WOKEN;
        cancelTimer();
        long deadline = System.nanoTime() + timeoutNanos;
        while (running) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private void schedule() {
        cancelTimer();
        long nanos = nextAt - System.nanoTime();
        if (nanos <= 0) {
            begin();
        } else {
            timer = threads.timer().schedule(this::begin, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private synchronized void begin() {
        if (!halted && !running) {
            running = true;
            nextAt = WHEN_WOKEN;
            threads.pool(kind).execute(this::runOnce);
        }
    }

    private void runOnce() {
        long delay = WHEN_WOKEN;
        try {
            delay = step.run();
        } finally {
            ended(delay);
        }
    }

    private synchronized void ended(long delay) {
        running = false;
        notifyAll();
        if (halted) {
            return;
        }
        if (delay != WHEN_WOKEN) {
            long at = System.nanoTime() + delay;
            nextAt = nextAt == WHEN_WOKEN || at - nextAt < 0 ? at : nextAt;
        }
        if (nextAt != WHEN_WOKEN) {
            schedule();
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
