package io.litestream4j.replication;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A pool of a few threads that doesn't count those whose tasks hang: for each of them it may have one more, up to a
 * limit. So a storage that doesn't answer, to many databases at once, doesn't keep the others from being served. The
 * threads end when there is nothing to do.
 */
final class GrowingPool implements Executor {

    private static final long HANGS_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int KEEP_ALIVE_SECONDS = 30;
    private static final int LOOK_AGAIN_MILLIS = 500;

    private final int size;
    private final int limit;
    private final ScheduledExecutorService timer;
    private final ThreadPoolExecutor pool;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private boolean looking;

    /** A task that has begun; compared by identity. */
    private static final class Running {
        private final long since = System.nanoTime();
    }

    GrowingPool(int size, int limit, ScheduledExecutorService timer, ThreadFactory factory) {
        this.size = size;
        this.limit = limit;
        this.timer = timer;
        this.pool = new ThreadPoolExecutor(
                size, size, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(() -> run(task));
        lookWhileTasksWait();
    }

    /** Threads there are. */
    int threads() {
        return pool.getPoolSize();
    }

    void shutdown() {
        pool.shutdown();
    }

    private void run(Runnable task) {
        Running mark = new Running();
        running.add(mark);
        try {
            task.run();
        } finally {
            running.remove(mark);
        }
    }

    private synchronized void lookWhileTasksWait() {
        if (!looking && !pool.getQueue().isEmpty() && !timer.isShutdown()) {
            looking = true;
            try {
                ScheduledFuture<?> ignored = timer.schedule(this::look, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                looking = false; // shut down meanwhile: nothing is begun any more
            }
        }
    }

    private synchronized void look() {
        looking = false;
        long now = System.nanoTime();
        int hanging = (int) running.stream()
                .filter(task -> now - task.since > HANGS_AFTER_NANOS)
                .count();
        int wanted = Math.min(limit, size + hanging);
        if (wanted > pool.getMaximumPoolSize()) {
            pool.setMaximumPoolSize(wanted);
            pool.setCorePoolSize(wanted);
        } else if (wanted < pool.getMaximumPoolSize()) {
            pool.setCorePoolSize(wanted);
            pool.setMaximumPoolSize(wanted);
        }
        lookWhileTasksWait();
    }
}
