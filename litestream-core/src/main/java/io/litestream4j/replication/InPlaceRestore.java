package io.litestream4j.replication;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.Generation;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.database.DatabaseClaim;
import io.litestream4j.database.ReplacementRecord;
import io.litestream4j.io.RealPaths;
import io.litestream4j.lease.Leases;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.RestoreResult;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores a database in its own place, before anybody opens it, and keeps other processes from doing the same meanwhile:
 * it holds the lock that an engine holds while it replicates. Each call runs on the calling thread.
 *
 * <p>What a crash interrupts, the next call for that database puts right, and so does the next engine that opens it.
 */
public final class InPlaceRestore {

    private static final Logger LOG = LoggerFactory.getLogger(InPlaceRestore.class);
    private static final long POLL_MILLIS = 50;
    private static final long PATIENCE_BETWEEN_LINES_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final @Nullable Path metaPath;
    private final Restorer restorer;
    private final Clock clock;
    private final Operations operations;

    /** @param metaPath folder of the local state; null: {@code .<database>-litestream} beside the database */
    public InPlaceRestore(@Nullable Path metaPath) {
        this(metaPath, new Operations("", List.of(), Clock.systemUTC()));
    }

    /**
     * @param metaPath as above
     * @param operations tell of the restore
     */
    public InPlaceRestore(@Nullable Path metaPath, Operations operations) {
        this(metaPath, new Restorer(), Clock.systemUTC(), operations);
    }

    InPlaceRestore(@Nullable Path metaPath, Restorer restorer, Clock clock, Operations operations) {
        this.operations = operations;
        this.metaPath = metaPath;
        this.restorer = restorer;
        this.clock = clock;
    }

    /** What was done. */
    public enum Kind {
        /** Nothing: the database is there. */
        EXISTS,
        /** The database was missing, and is restored. */
        RESTORED,
        /** The database is replaced by a restored one. */
        REPLACED,
        /** Nothing: the same request was carried out before. */
        REPLACED_BEFORE
    }

    /**
     * What was done.
     *
     * @param kind in a word
     * @param restored what was restored; null when nothing was
     * @param keptAside where the database before is kept; null when there was none, or nothing was replaced
     * @param replacedAt when the request was carried out; null unless it was one to replace
     */
    public record Outcome(
            Kind kind,
            @Nullable RestoreResult restored,
            @Nullable Path keptAside,
            @Nullable Instant replacedAt) {}

    /**
     * Restores the database at the request's target if there is none. When another process is about to do that, or
     * replicates the database, waits until the file is there or that process has ended. Forgets which request was carried
     * out by {@link #replace}.
     *
     * @throws InterruptedException when interrupted while waiting for another process
     * @throws io.litestream4j.LitestreamException as {@link Restorer#restore}
     */
    public Outcome ifMissing(RestoreRequest request) throws InterruptedException {
        return ifMissing(request, Leases.NONE);
    }

    /**
     * The same, for a database that is to be replicated from here on. Whoever still writes to the replicas is waited for:
     * what is restored before it has ended isn't the newest state.
     *
     * @param leases of the database, {@link ReplicatedDatabase#leases()}; taken before anything is restored
     */
    public Outcome ifMissing(RestoreRequest request, Leases leases) throws InterruptedException {
        Path database = RealPaths.of(request.target());
        try {
            if (DatabaseClaim.exists(database) && !DatabaseClaim.hasReplacement(database, metaPath)) {
                return new Outcome(Kind.EXISTS, null, null, null);
            }
            try (DatabaseClaim claim = claimOrExisting(database)) {
                if (claim == null) {
                    return new Outcome(Kind.EXISTS, null, null, null);
                }
                claim.forgetReplacement();
                return claim.isMissing()
                        ? new Outcome(Kind.RESTORED, restoreMissing(claim, request, leases), null, null)
                        : new Outcome(Kind.EXISTS, null, null, null);
            }
        } catch (IOException e) {
            throw new DatabaseAccessException(database, "can't be restored to: " + e, e);
        }
    }

    /**
     * Replaces the database at the request's target, or restores it if there is none. First the new one is restored beside
     * it, completely, and checked; then the present one is kept aside as {@code <name>.replaced-<date>}, with what lies
     * beside it, and the new one takes its name. Does nothing when a request for the same {@link RestoreRequest#state()}
     * was carried out last: a start with the same settings must not take the database back again.
     *
     * @throws DatabaseAccessException when another process replicates the database or is connected to it, or the database
     *     has disappeared since the request was carried out
     * @throws io.litestream4j.LitestreamException as {@link Restorer#restore}; the present database stays as it is
     */
    public Outcome replace(RestoreRequest request) throws InterruptedException {
        return replace(request, Leases.NONE);
    }

    /** The same, for a database that is to be replicated from here on; see {@link #ifMissing(RestoreRequest, Leases)}. */
    public Outcome replace(RestoreRequest request, Leases leases) throws InterruptedException {
        Path database = RealPaths.of(request.target());
        try (DatabaseClaim claim = DatabaseClaim.tryTake(database, metaPath)) {
            Optional<ReplacementRecord> before = carriedOut(request);
            if (before.isPresent()) {
                return replacedBefore(database, before.get());
            }
            if (claim == null) {
                throw new DatabaseAccessException(
                        database, "is replicated by another process, and can't be replaced: end that one first", null);
            }
            leases.takeForRestore();
            RestoreResult restored = restore(claim, request.withTarget(claim.replacementFile()), leases);
            ReplacementRecord done = claim.replace(request.state(), clock.instant());
            Path aside = done.aside() == null ? null : database.resolveSibling(done.aside());
            LOG.info(
                    "{} is replaced by the restored one ({}); {}",
                    database,
                    done.request(),
                    aside == null ? "there was none before" : "the one before is kept as " + aside);
            return new Outcome(Kind.REPLACED, restored, aside, done.at());
        } catch (IOException e) {
            throw new DatabaseAccessException(database, "can't be replaced: " + e, e);
        }
    }

    private RestoreResult restoreMissing(DatabaseClaim claim, RestoreRequest request, Leases leases)
            throws IOException, InterruptedException {
        leases.takeForRestore();
        if (!claim.isMissing()) {
            throw new DatabaseAccessException(
                    request.target(),
                    "has appeared while another instance was waited for: move it away to have the backup restored",
                    null);
        }
        return restore(claim, request.withTarget(RealPaths.of(request.target())), leases);
    }

    /**
     * What counts is noted before the database is there: a crash must not leave one that looks as if it had another past.
     */
    private RestoreResult restore(DatabaseClaim claim, RestoreRequest request, Leases leases) throws IOException {
        requireHeld(request, leases);
        Set<Generation> adopted = new HashSet<>(leases.counting());
        claim.adopt(adopted);
        RestoreResult result = restore(request);
        if (adopted.add(result.generation())) {
            claim.adopt(adopted);
        }
        return result;
    }

    /** What is read from a replica to which another instance may still write isn't the newest state. */
    private void requireHeld(RestoreRequest request, Leases leases) {
        if (request.replicas().stream().allMatch(leases::isHeld)) {
            return;
        }
        Replica read = restorer.choose(request).replica();
        if (!leases.isHeld(read)) {
            String problem =
                    "whether another instance still writes to %s is not known: its lease could not be asked for or stored"
                            .formatted(read);
            throw new ReplicaUnreachableException(problem, new IOException(problem));
        }
    }

    private RestoreResult restore(RestoreRequest request) {
        return operations.apply(Operation.Kind.RESTORE, null, report -> {
            RestoreResult result = restorer.restore(request);
            report.bytes(result.databaseSize());
            report.storedBytes(result.bytesRead());
            return result;
        });
    }

    private Optional<ReplacementRecord> carriedOut(RestoreRequest request) throws IOException {
        return Optional.ofNullable(DatabaseClaim.lastReplacement(request.target(), metaPath))
                .filter(last -> last.request().equals(request.state()));
    }

    private static Outcome replacedBefore(Path database, ReplacementRecord before) throws IOException {
        if (!DatabaseClaim.exists(database)) {
            throw new DatabaseAccessException(
                    database,
                    "is missing, and was replaced as asked for (%s) at %s already: to get the newest state, don't ask for it"
                                    .formatted(before.request(), before.at())
                            + " to be replaced any more",
                    null);
        }
        Path aside = before.aside() == null ? null : database.resolveSibling(before.aside());
        return new Outcome(Kind.REPLACED_BEFORE, null, aside, before.at());
    }

    /** The claim; null when another process has it and the database is there. */
    private @Nullable DatabaseClaim claimOrExisting(Path database) throws IOException, InterruptedException {
        long nextLine = System.nanoTime();
        while (true) {
            DatabaseClaim claim = DatabaseClaim.tryTake(database, metaPath);
            if (claim != null || DatabaseClaim.exists(database)) {
                return claim;
            }
            if (System.nanoTime() - nextLine >= 0) {
                nextLine = System.nanoTime() + PATIENCE_BETWEEN_LINES_NANOS;
                LOG.info("{} is missing, and another process is restoring or replicating it: waiting", database);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }
}
