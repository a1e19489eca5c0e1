package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.context.SmartLifecycle;

/** Knows whether replicas are being fed: waiting for them makes sense only between start and stop. */
final class ReplicationRun implements SmartLifecycle {

    /** Where the application is. */
    enum Stage {
        /** Nothing is shipped yet; what is committed meanwhile is shipped as soon as replication starts. */
        NOT_STARTED,
        /** Replicas are being fed. */
        RUNNING,
        /** Replicas are fed no more, but for the last sync when the pools are closed. */
        STOPPED
    }

    private volatile Stage stage = Stage.NOT_STARTED;

    Stage stage() {
        return stage;
    }

    @Override
    public void start() {
        stage = Stage.RUNNING;
    }

    @Override
    public void stop() {
        stage = Stage.STOPPED;
    }

    @Override
    public boolean isRunning() {
        return stage == Stage.RUNNING;
    }

    /** Starts after the replication and stops before it, so that it never says too much. */
    @Override
    public int getPhase() {
        return LitestreamLifecycle.PHASE + 1;
    }
}
