package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.context.SmartLifecycle;

/**
 * Replicates while the application runs: starts before the web server and everything else that may write, stops after
 * it. What is committed even later, while beans are destroyed, is shipped by {@link LitestreamRestorer}.
 */
public final class LitestreamLifecycle implements SmartLifecycle {

    /** Almost the first to start and the last to stop. */
    public static final int PHASE = Integer.MIN_VALUE + 1000;

    private final LitestreamDatabases databases;
    private final Runnable afterStart;
    private volatile boolean running;

    /**
     * @param databases what to replicate; they are open, those that come later too
     * @param afterStart called when replication has started
     */
    LitestreamLifecycle(LitestreamDatabases databases, Runnable afterStart) {
        this.databases = databases;
        this.afterStart = afterStart;
    }

    @Override
    public void start() {
        databases.start();
        running = true;
        afterStart.run();
    }

    /**
     * Takes as long as shipping takes, at most litestream.shutdown-timeout. It doesn't run in the background: Spring would
     * go on to destroy beans after spring.lifecycle.timeout-per-shutdown-phase, while commits are still on their way.
     */
    @Override
    public void stop() {
        running = false;
        databases.stop();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
