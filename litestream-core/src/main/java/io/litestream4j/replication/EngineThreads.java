package io.litestream4j.replication;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of any number of replicated databases: one timer and three small pools, whose threads end when there is
 * nothing to do. Replicas have a pool of their own, so that a storage that hangs doesn't keep WALs from being copied,
 * and what takes long has another, so that segments needn't wait for it. All are daemons.
 */
public final class EngineThreads implements AutoCloseable {

    private static final int DATABASE_THREADS = 4;
    private static final int REPLICA_THREADS = 16;
    private static final int REPLICA_THREADS_LIMIT = 128;
    private static final int LONG_THREADS = 4;
    private static final int LONG_THREADS_LIMIT = 64;
    private static final int KEEP_ALIVE_SECONDS = 30;

    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor databases;
    private final GrowingPool replicas;
    private final GrowingPool longJobs;
    private final SnapshotSlots snapshots = new SnapshotSlots();

    /** Which pool a task belongs to. */
    enum Kind {
        /** Copies and seals. */
        DATABASE,
        /** Ships segments. */
        REPLICA,
        /** Later snapshots, retention, validation. */
        LONG
    }

    /** New threads, to be closed by the caller after all databases that use them. */
    public EngineThreads() {
        timer = new ScheduledThreadPoolExecutor(1, factory("litestream-timer"));
        timer.setRemoveOnCancelPolicy(true);
        databases = new ThreadPoolExecutor(
                DATABASE_THREADS,
                DATABASE_THREADS,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                factory("litestream-database"));
        databases.allowCoreThreadTimeOut(true);
        replicas = new GrowingPool(REPLICA_THREADS, REPLICA_THREADS_LIMIT, timer, factory("litestream-replica"));
        longJobs = new GrowingPool(LONG_THREADS, LONG_THREADS_LIMIT, timer, factory("litestream-job"));
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    Executor pool(Kind kind) {
        return switch (kind) {
            case DATABASE -> databases;
            case REPLICA -> replicas;
            case LONG -> longJobs;
        };
    }

    SnapshotSlots snapshots() {
        return snapshots;
    }

    /**
     * Runs work on a thread of the engine and waits for it. A thread of the application may be interrupted, and an
     * interrupt closes the channel that the thread is using: fatal for the database file, whose locks go with it.
     */
    <T extends @Nullable Object> T call(Callable<T> work) throws ExecutionException {
        FutureTask<T> result = new FutureTask<>(work);
        databases.execute(result);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs work that may take long, and waits for it no longer than a time; the work itself goes on. */
    <T extends @Nullable Object> T callLong(Callable<T> work, long timeoutNanos)
            throws ExecutionException, InterruptedException, TimeoutException {
        FutureTask<T> result = new FutureTask<>(work);
        longJobs.execute(result);
        return result.get(timeoutNanos, TimeUnit.NANOSECONDS);
    }

    /** Ends the threads when their tasks have ended. None is interrupted: see {@link #call}. */
    @Override
    public void close() {
        timer.shutdownNow();
        databases.shutdown();
        replicas.shutdown();
        longJobs.shutdown();
    }

    private static ThreadFactory factory(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
