package io.litestream4j.replication;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of any number of replicated databases: one timer and two small pools, whose threads end when there is
 * nothing to do. Replicas have a pool of their own, so that a storage that hangs doesn't keep WALs from being copied.
 * All are daemons.
 */
public final class EngineThreads implements AutoCloseable {

    private static final int DATABASE_THREADS = 4;
    private static final int REPLICA_THREADS = 16;
    private static final int KEEP_ALIVE_SECONDS = 30;

    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor databases;
    private final ThreadPoolExecutor replicas;

    /** Which pool a task belongs to. */
    enum Kind {
        DATABASE,
        REPLICA
    }

    /** New threads, to be closed by the caller after all databases that use them. */
    public EngineThreads() {
        timer = new ScheduledThreadPoolExecutor(1, factory("litestream-timer"));
        timer.setRemoveOnCancelPolicy(true);
        databases = pool(DATABASE_THREADS, "litestream-database");
        replicas = pool(REPLICA_THREADS, "litestream-replica");
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    Executor pool(Kind kind) {
        return kind == Kind.DATABASE ? databases : replicas;
    }

    /**
     * Runs work on a thread of the engine and waits for it. A thread of the application may be interrupted, and an
     * interrupt closes the channel that the thread is using: fatal for the database file, whose locks go with it.
     */
    <T extends @Nullable Object> T call(Callable<T> work) throws ExecutionException {
        Future<T> result = databases.submit(work);
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

    /** Ends the threads when their tasks have ended. None is interrupted: see {@link #call}. */
    @Override
    public void close() {
        timer.shutdownNow();
        databases.shutdown();
        replicas.shutdown();
    }

    private static ThreadPoolExecutor pool(int size, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size, size, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
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
