package io.litestream4j.replication;

import io.litestream4j.Position;
import java.time.Duration;

/** Asks the replica again and again to acknowledge what the writers have committed. */
final class Acknowledgements implements AutoCloseable {

    private final ReplicatedDatabase engine;
    private final Writers writers;
    private final Thread thread = new Thread(this::run, "acknowledgements");
    private volatile long[] acknowledged = new long[Entries.MAX_WRITERS];
    private volatile Throwable failure;
    private volatile boolean stopping;

    private Acknowledgements(ReplicatedDatabase engine, Writers writers) {
        this.engine = engine;
        this.writers = writers;
    }

    static Acknowledgements start(ReplicatedDatabase engine, Writers writers) {
        Acknowledgements started = new Acknowledgements(engine, writers);
        started.thread.setDaemon(true);
        started.thread.start();
        return started;
    }

    @SuppressWarnings("CatchingUnchecked")
    private void run() {
        try {
            while (!stopping) {
                long[] committed = writers.committed();
                Position position = engine.sync();
                if (engine.awaitReplicated(position, Duration.ofSeconds(20))) {
                    acknowledged = committed;
                }
            }
        } catch (Exception e) {
            failure = e;
        }
    }

    /** Last row of each writer that a replica has. */
    long[] acknowledged() {
        return acknowledged;
    }

    /** Ends; fails if the engine threw. */
    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new AssertionError("waiting for the replica failed", failure);
        }
    }
}
