package io.litestream4j.replica.s3;

import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that send the parts of large objects; there are none while nothing is sent. */
final class UploadThreads {

    private static final int COUNT = 2;

    private UploadThreads() {}

    static ThreadPoolExecutor create() {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(COUNT, COUNT, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "litestream-s3-upload");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** Interrupts what runs, and cancels what waits: nobody may wait for it for ever. */
    static void end(ThreadPoolExecutor threads) {
        for (Runnable waiting : threads.shutdownNow()) {
            if (waiting instanceof Future<?> part) {
                part.cancel(false);
            }
        }
    }
}
