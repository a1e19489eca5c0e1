package io.litestream4j.replication;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a caller of the façade asks for that is otherwise done by the clock. Runs it on the engine's threads. */
final class OnDemand {

    /** How much longer than its own deadline a job is waited for. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReplicationEngine engine;
    private final Path database;

    OnDemand(ReplicationEngine engine, Path database) {
        this.engine = engine;
        this.database = database;
    }

    boolean seal(Position from, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        return call("seal", timeout, () -> new SealOnDemand(engine).seal(from, deadline));
    }

    @Nullable
    Position beginIndexAfter(Position from, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        return call("seal", timeout, () -> new SealOnDemand(engine).beginIndexAfter(from, deadline));
    }

    DatabaseChecksum checksum(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        SealedImages.Sum sum = call("checksum", timeout, () -> new SealedImages(engine).sum(-1, deadline));
        if (sum == null) {
            throw new LitestreamException(
                    engine.name() + ": readers or writers kept the WAL from being sealed for " + timeout);
        }
        return sum.checksum();
    }

    ValidationResult validate(String replica, Duration timeout) throws InterruptedException {
        ReplicaMaintenance maintenance = worker(replica).maintenance();
        long deadline = System.nanoTime() + timeout.toNanos();
        return call("validation of " + replica, timeout, () -> maintenance.validateNow(deadline));
    }

    Map<String, ValidationResult> validateAll(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Map<String, ValidationResult> results = new LinkedHashMap<>();
        for (ReplicaWorker worker : engine.workers()) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            results.put(worker.name(), validate(worker.name(), left));
        }
        return results;
    }

    Map<String, RetentionResult> enforceRetention() throws InterruptedException {
        Map<String, RetentionResult> results = new LinkedHashMap<>();
        for (ReplicaWorker worker : engine.workers()) {
            results.put(
                    worker.name(),
                    call(
                            "retention",
                            Duration.ofHours(1),
                            () -> worker.maintenance().enforceNow()));
        }
        return results;
    }

    private ReplicaWorker worker(String name) {
        return engine.workers().stream()
                .filter(worker -> worker.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected one of the replicas %s, got \"%s\""
                        .formatted(
                                engine.workers().stream()
                                        .map(ReplicaWorker::name)
                                        .toList(),
                                name)));
    }

    private <T extends @Nullable Object> T call(String what, Duration timeout, Callable<T> work)
            throws InterruptedException {
        try {
            return engine.threads().callLong(work, timeout.toNanos() + GRACE_NANOS);
        } catch (TimeoutException e) {
            throw new LitestreamException(
                    "%s: %s is not done after %s, and goes on".formatted(engine.name(), what, timeout), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new DatabaseAccessException(database, what + ": " + cause.getMessage(), cause);
        }
    }
}
