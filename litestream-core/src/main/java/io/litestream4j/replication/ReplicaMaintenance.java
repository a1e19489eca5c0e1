package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.lease.LeaseLostException;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ValidationResult.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to one replica by the clock beside feeding it: retention and validation, one at a time, so that nothing
 * is deleted that is being restored. An idle replica is not asked for anything that was asked before.
 */
final class ReplicaMaintenance {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaMaintenance.class);

    private static final Duration FIRST_CHECK = Duration.ofMinutes(1);
    private static final Duration VALIDATION_WAITS = Duration.ofMinutes(1);
    private static final long NOT_READY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NEVER = -1;

    private final Replica replica;
    private final ReplicaSettings settings;
    private final ReplicaWorker worker;
    private final ReplicationContext context;
    private final RetentionRun retention;
    private final ValidationRestore restore;
    private final ReplicaValidator validator;
    private final RepeatingTask task;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    private volatile boolean halted = true;
    private boolean cleaned;
    private long uploadsAtLastCheck = NEVER;
    private long nextCheck;
    private long nextValidation;

    ReplicaMaintenance(ReplicaLease lease, ReplicaSettings settings, ReplicaWorker worker, ReplicationContext context) {
        this.replica = lease.replica();
        this.settings = settings;
        this.worker = worker;
        this.context = context;
        this.retention = new RetentionRun(lease, settings.retention(), context);
        this.restore = new ValidationRestore(context.metaPath(), replica);
        this.validator = new ReplicaValidator(replica, context, restore, this::newestSnapshot);
        this.task = new RepeatingTask(context.threads(), EngineThreads.Kind.LONG, this::step);
    }

    void start() {
        boolean again = !halted;
        halted = false;
        cleaned = again;
        if (!again && (retains() || validates())) {
            long now = System.nanoTime();
            nextCheck = now + jittered(least(checkInterval(), FIRST_CHECK));
            nextValidation = now + untilValidation().toNanos();
            task.start();
        }
    }

    /** Ends the repetition; returns when a run that is under way has ended, or the time is over. */
    void halt(long timeoutNanos) throws InterruptedException {
        halted = true;
        boolean ignored = task.halt(timeoutNanos);
    }

    /** A restart doesn't begin the interval anew: else what is restarted daily would never be validated. */
    private Duration untilValidation() {
        Instant last = restore.lastProof();
        Duration interval = settings.validationInterval();
        if (last == null) {
            return interval;
        }
        Duration left = Duration.between(context.now(), last.plus(interval));
        return left.isNegative() ? Duration.ZERO : least(left, interval);
    }

    private boolean retains() {
        return !settings.retention().isZero();
    }

    private boolean validates() {
        return !settings.validationInterval().isZero();
    }

    private Duration checkInterval() {
        return least(settings.retentionCheckInterval(), settings.retention());
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Many databases that start together needn't all ask at the same moment. */
    private static long jittered(Duration duration) {
        long nanos = Math.max(1, duration.toNanos());
        return nanos - ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    }

    @SuppressWarnings("CatchingUnchecked")
    private long step() {
        try {
            return runWhatIsDue();
        } catch (Exception e) {
            LOG.warn("{}: retention or validation: {}; it is tried again by itself", replica, e.toString());
            LOG.debug("{}", replica, e);
            return checkInterval().toNanos();
        }
    }

    private long runWhatIsDue() {
        Generation generation = confirmedGeneration();
        if (generation == null) {
            return NOT_READY_NANOS;
        }
        oneAtATime.lock();
        try {
            cleanOnce();
            if (retains() && System.nanoTime() - nextCheck >= 0) {
                if (worker.progress().uploads() != uploadsAtLastCheck) {
                    enforce(generation);
                }
                nextCheck = System.nanoTime() + checkInterval().toNanos();
            }
            if (validates() && System.nanoTime() - nextValidation >= 0) {
                validate(System.nanoTime() + VALIDATION_WAITS.toNanos());
                nextValidation =
                        System.nanoTime() + settings.validationInterval().toNanos();
            }
        } finally {
            oneAtATime.unlock();
        }
        long now = System.nanoTime();
        long untilCheck = retains() ? nextCheck - now : Long.MAX_VALUE;
        long untilValidation = validates() ? nextValidation - now : Long.MAX_VALUE;
        return Math.max(0, Math.min(untilCheck, untilValidation));
    }

    /** Under the lock of the folder of the local state, which whoever feeds a replica holds. */
    private void cleanOnce() {
        if (!cleaned) {
            cleaned = true;
            try {
                restore.clean();
            } catch (IOException e) {
                LOG.warn("{}: what a validation left could not be removed: {}", replica, e.toString());
            }
        }
    }

    /** The current generation, when the replica is being fed with it. */
    private @Nullable Generation confirmedGeneration() {
        SourceDatabase source = context.source();
        Position position = source == null ? null : source.position();
        Position confirmed = worker.confirmed();
        return position != null && confirmed != null && confirmed.generation().equals(position.generation())
                ? position.generation()
                : null;
    }

    private RetentionRun.Outcome enforce(Generation generation) {
        long uploads = worker.progress().uploads();
        RetentionRun.Outcome outcome = context.operations().apply(Operation.Kind.RETENTION, replica.name(), report -> {
            RetentionRun.Outcome enforced = retention.enforce(generation, worker.ownUploads(), () -> halted);
            report.failed(enforced.failure());
            return enforced;
        });
        worker.progress().retentionEnforced(outcome.result());
        if (outcome.failure() instanceof LeaseLostException lost) {
            worker.fenced(lost);
        }
        if (outcome.failure() == null && !halted) {
            uploadsAtLastCheck = uploads;
        }
        if (outcome.snapshotWanted()) {
            worker.snapshots().requestNext();
        }
        return outcome;
    }

    private int newestSnapshot() {
        Position newest = worker.snapshots().newest();
        return newest == null ? -1 : newest.index();
    }

    private ValidationResult validate(long deadline) {
        ValidationResult result = context.operations()
                .apply(
                        Operation.Kind.VALIDATION,
                        replica.name(),
                        report -> validator.validate(worker::confirmed, deadline, () -> halted));
        worker.progress().validated(result);
        if (result.outcome() != Outcome.INCONCLUSIVE) {
            restore.proved(result.at());
        }
        if (result.outcome() == Outcome.INVALID) {
            LOG.error(
                    "{}: validation at {}: INVALID: {}. Restores from this replica fail or are wrong; a new snapshot is"
                            + " stored now, from which the newest state can be restored again. Keep other backups until"
                            + " the next validation is VALID, and look for what changed the replica's objects",
                    replica,
                    result.position(),
                    result.detail());
            worker.snapshots().requestNext();
        } else if (result.olderStatesDamaged()) {
            LOG.warn("{}: validation: {}: {}", replica, result.outcome(), result.detail());
        } else {
            LOG.info("{}: validation: {}: {}", replica, result.outcome(), result.detail());
        }
        context.notify(listener -> listener.validated(replica.name(), result));
        return result;
    }

    /**
     * Enforces retention now.
     *
     * @throws LitestreamException when the replica isn't being fed, or can't be listed or deleted from
     */
    RetentionResult enforceNow() {
        if (!retains()) {
            return new RetentionResult(context.now(), 0, 0, null);
        }
        requireStarted();
        Generation generation = confirmedGeneration();
        if (generation == null) {
            throw new LitestreamException(replica + ": nothing is deleted before the replica has confirmed something of"
                    + " the current generation");
        }
        oneAtATime.lock();
        try {
            RetentionRun.Outcome outcome = enforce(generation);
            IOException failure = outcome.failure();
            if (failure != null) {
                throw new LitestreamException(replica + ": retention: " + failure.getMessage(), failure);
            }
            return outcome.result();
        } finally {
            oneAtATime.unlock();
        }
    }

    private void requireStarted() {
        if (halted) {
            throw new LitestreamException(replica + " is not being fed: start replication first");
        }
    }

    /**
     * Validates now.
     *
     * @throws LitestreamException when the replica isn't being fed
     */
    ValidationResult validateNow(long deadline) {
        requireStarted();
        oneAtATime.lock();
        try {
            return validate(deadline);
        } finally {
            oneAtATime.unlock();
        }
    }
}
