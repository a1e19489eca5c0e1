package io.litestream4j.replication;

import io.litestream4j.database.SealOutcome;
import io.litestream4j.database.SourceDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps with which the replication of one database ends. */
final class EngineStop {

    private static final Logger LOG = LoggerFactory.getLogger(EngineStop.class);
    private static final Duration LAST_SEAL_PAUSE = Duration.ofMillis(250);
    private static final int LAST_SEAL_ATTEMPTS = 3;

    private static final long RELEASE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ReplicationEngine engine;
    private final Monitor monitor;

    EngineStop(ReplicationEngine engine, Monitor monitor) {
        this.engine = engine;
        this.monitor = monitor;
    }

    /** Says what a replica lacks, and that it isn't lost. */
    void logUnshipped() {
        engine.status(false).replicas().stream()
                .filter(replica -> replica.pendingSince() != null)
                .forEach(replica -> LOG.warn(
                        "{}: {} {}; that is kept beside the database and shipped at the next start{}",
                        engine.name(),
                        replica.url(),
                        replica.position() == null
                                ? "holds nothing that is confirmed of the current generation"
                                : "lacks %d bytes of WAL after %s"
                                        .formatted(replica.pendingBytes(), replica.position()),
                        replica.lastError() == null ? "" : "; last error: " + replica.lastError()));
    }

    /** All of them, and to the end, even on an interrupted thread: none may go on behind the end. */
    void halt() {
        boolean interrupted = haltedInSpiteOfInterrupt(monitor.task()::halt, TimeUnit.SECONDS.toNanos(5));
        // All are told first: ten that hang take no longer than one.
        for (ReplicaWorker worker : engine.workers()) {
            interrupted |= haltedInSpiteOfInterrupt(worker::halt, 0);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (ReplicaWorker worker : engine.workers()) {
            interrupted |= haltedInSpiteOfInterrupt(worker::halt, deadline - System.nanoTime());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Halt {
        void within(long nanos) throws InterruptedException;
    }

    /** Returns whether the thread was interrupted. */
    private static boolean haltedInSpiteOfInterrupt(Halt halt, long nanos) {
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + nanos;
        while (true) {
            try {
                halt.within(deadline - System.nanoTime());
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    /**
     * Gives the leases back, so that a successor need not wait for their end. A replica that doesn't work isn't waited for.
     */
    void releaseLeases() {
        List<Thread> releasing = new ArrayList<>();
        for (ReplicaWorker worker : engine.workers()) {
            boolean works = worker.progress().lastError() == null
                    && engine.operations().running(worker.name()).isEmpty();
            if (works) {
                Thread thread = new Thread(worker.lease()::release, "litestream-lease");
                thread.setDaemon(true);
                thread.start();
                releasing.add(thread);
            }
        }
        long deadline = System.nanoTime() + RELEASE_PATIENCE_NANOS;
        boolean interrupted = false;
        for (Thread thread : releasing) {
            interrupted |= haltedInSpiteOfInterrupt(
                    nanos -> TimeUnit.NANOSECONDS.timedJoin(thread, nanos), deadline - System.nanoTime());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tries to end the index, so that the next run can go on with the generation. */
    void lastSeal() {
        SourceDatabase source = engine.source();
        if (source == null) {
            return;
        }
        try {
            SealOutcome outcome = engine.seal(source, LAST_SEAL_PAUSE);
            for (int i = 1; i < LAST_SEAL_ATTEMPTS && !source.isSealed() && source.frames() > 0; i++) {
                outcome = engine.seal(source, LAST_SEAL_PAUSE);
            }
            if (!source.isSealed()) {
                LOG.info("{}: not sealed at the end: {}", engine.name(), outcome.result());
            }
        } catch (IOException | SQLException e) {
            LOG.warn("{}: not sealed at the end: {}", engine.name(), e.toString());
        }
    }
}
