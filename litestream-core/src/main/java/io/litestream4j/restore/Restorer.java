package io.litestream4j.restore;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.DatabaseAccessException;
import io.litestream4j.NoBackupException;
import io.litestream4j.Position;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.io.DurableFiles;
import io.litestream4j.io.FileProblem;
import io.litestream4j.io.Printable;
import io.litestream4j.replica.ReplicaPaths;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores a database from its replicas to a file. The file appears whole and proved, or not at all. Safe for use by
 * several threads; each call runs on the calling thread and some more for fetching.
 */
public final class Restorer {

    private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);

    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Retries retries;
    private final int pageBuffer;
    private final DurableFiles files = new DurableFiles();

    /** A restorer by the system's clocks. */
    public Restorer() {
        this(Clock.systemUTC(), System::nanoTime, Retries.DEFAULT, RestoreRun.PAGE_BUFFER);
    }

    Restorer(Clock clock, LongSupplier nanoTime, Retries retries, int pageBuffer) {
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.retries = retries;
        this.pageBuffer = pageBuffer;
    }

    /**
     * What a restore would read. Asks the replicas for their listings only.
     *
     * @throws NoBackupException when every replica answered and none holds what the request asks for
     * @throws ReplicaUnreachableException when that isn't known, since a replica didn't answer
     * @throws CorruptBackupException when an object is missing; with {@link OnDamage#OLDER} only when nothing is left
     */
    public RestorePlan plan(RestoreRequest request) {
        return choose(request).plan();
    }

    /** The replica that a restore would begin with, and what it would read there; else as {@link #plan}. */
    public RestoreChoice choose(RestoreRequest request) {
        return new RestoreAttempts(request, clock)
                .first((candidate, plan) -> new RestoreChoice(candidate.replica(), plan));
    }

    /**
     * Restores.
     *
     * @return what was restored; it is durable under its name
     * @throws NoBackupException when every replica answered and none holds what the request asks for
     * @throws ReplicaUnreachableException when a replica didn't answer and no other one had what was needed
     * @throws CorruptBackupException when a needed byte is missing or can't be proved
     * @throws DatabaseAccessException when the file exists already, or the file or its folder can't be written
     */
    public RestoreResult restore(RestoreRequest request) {
        RestoreTarget target = new RestoreTarget(request.target(), files, clock);
        try {
            target.prepare();
        } catch (IOException e) {
            throw inaccessible(request, e, 1);
        }
        return new RestoreAttempts(request, clock).first((candidate, plan) -> run(request, target, candidate, plan));
    }

    private RestoreResult run(RestoreRequest request, RestoreTarget target, Candidate candidate, RestorePlan plan) {
        long startedAt = nanoTime.getAsLong();
        LOG.info("restoring {} from {}: {}", request.target(), candidate.replica(), plan);
        try {
            Path temporary = target.newTemporaryFile();
            try {
                Position position = build(request, candidate, plan, temporary);
                check(request, plan, temporary);
                long size = Files.size(temporary);
                target.publish(temporary);
                Duration duration = Duration.ofNanos(nanoTime.getAsLong() - startedAt);
                RestoreResult result = result(request, candidate, plan, position, size, duration);
                log(result);
                return result;
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            // by now the unfinished file is gone, and what is free is all that the volume has for a restore
            throw inaccessible(request, e, plan.bytes());
        }
    }

    private static DatabaseAccessException inaccessible(RestoreRequest request, IOException e, long needed) {
        IOException explained = FileProblem.explained(e, request.target(), needed);
        return new DatabaseAccessException(request.target(), "can't be restored to: " + explained, e);
    }

    private Position build(RestoreRequest request, Candidate candidate, RestorePlan plan, Path temporary)
            throws IOException {
        Path spill = temporary.resolveSibling(temporary.getFileName().toString().replaceAll("\\.tmp$", ".spill.tmp"));
        RestoreMeter meter = new RestoreMeter(request.target(), plan.bytes(), request.progress(), nanoTime);
        int parallelism = request.parallelism(candidate.replica().client().type());
        RestoreRun.Settings settings = new RestoreRun.Settings(parallelism, pageBuffer, retries, meter);
        try (FileChannel file = RestoreTarget.createLocked(temporary);
                RestoreRun run = new RestoreRun(candidate.replica().client(), plan, settings, file, spill)) {
            return run.applyWal();
        }
    }

    private static void check(RestoreRequest request, RestorePlan plan, Path file) {
        String answer = DatabaseCheck.run(file, request.integrityCheck());
        if (!answer.equals("ok")) {
            throw new CorruptBackupException(
                    ReplicaPaths.generation(plan.generation()),
                    "expected the integrity check (%s) of the restored database to say ok, got: %s"
                            .formatted(request.integrityCheck(), Printable.of(answer)));
        }
    }

    private static RestoreResult result(
            RestoreRequest request,
            Candidate candidate,
            RestorePlan plan,
            Position position,
            long size,
            Duration duration) {
        return new RestoreResult(
                request.target(),
                candidate.replica().name(),
                candidate.replica().client().url(),
                position,
                size,
                plan.objects(),
                plan.bytes(),
                duration,
                plan.lastObjectAt(),
                plan.notes());
    }

    private static void log(RestoreResult result) {
        result.notes().forEach(note -> LOG.warn("restoring {}: {}", result.target(), note));
        LOG.info(
                "restored {} bytes to {} from {}, generation {}, up to {} ({}), in {} ms",
                result.databaseSize(),
                result.target(),
                result.replicaUrl(),
                result.generation(),
                result.position(),
                result.lastObjectAt(),
                result.duration().toMillis());
    }
}
