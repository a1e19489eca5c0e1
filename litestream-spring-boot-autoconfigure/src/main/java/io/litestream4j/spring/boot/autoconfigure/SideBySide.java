package io.litestream4j.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends several databases at the same time: each may wait for its replicas, and the time to do so is short. */
final class SideBySide {

    private static final Logger LOG = LoggerFactory.getLogger(SideBySide.class);
    private static final int THREADS = 16;

    private SideBySide() {}

    /** Calls the action for each, and returns when all are done. What one throws is logged, and the others go on. */
    static <T> void forEach(List<T> all, Consumer<T> action) {
        if (all.size() < 2) {
            all.forEach(one -> quietly(one, action));
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(all.size(), THREADS));
        try {
            List<Future<?>> calls = new ArrayList<>();
            all.forEach(one -> calls.add(threads.submit(() -> quietly(one, action))));
            calls.forEach(SideBySide::awaitUninterruptibly);
        } finally {
            threads.shutdown();
        }
    }

    /** The threads of the engine end after this: whatever interrupts the caller, what is being shipped needs them. */
    private static void awaitUninterruptibly(Future<?> call) {
        boolean interrupted = false;
        while (!call.isDone()) {
            try {
                call.get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                LOG.warn("Litestream: a database did not end as it should", e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> void quietly(T one, Consumer<T> action) {
        try {
            action.accept(one);
        } catch (RuntimeException e) {
            LOG.warn("Litestream: a database did not end as it should", e);
        }
    }
}
