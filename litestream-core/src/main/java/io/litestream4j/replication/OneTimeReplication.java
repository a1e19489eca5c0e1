package io.litestream4j.replication;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.database.DatabaseClaim;
import io.litestream4j.database.LocalState;
import io.litestream4j.io.RealPaths;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.Backups;
import io.litestream4j.restore.RestoreChoice;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database that lives in its replicas, and on the local disk only while it is worked on: restore it, use it, replicate it
 * once, delete it. Nothing runs between the calls. Call them while no connection of the application is open; one thread
 * at a time.
 *
 * <pre>{@code
 * OneTimeReplication once = new OneTimeReplication(Path.of("db.sqlite"), List.of(replica));
 * once.restore();
 * // use db.sqlite with JDBC, and close every connection
 * boolean safe = once.replicateAndDelete(Duration.ofMinutes(1));
 * }</pre>
 */
public final class OneTimeReplication {

    private static final Logger LOG = LoggerFactory.getLogger(OneTimeReplication.class);

    private static final long POLL_MILLIS = 50;

    private final Path database;
    private final List<Replica> replicas;
    private final ReplicationSettings settings;

    /** A database and its replicas, at least one, whose clients the caller closes. */
    public OneTimeReplication(Path database, List<Replica> replicas) {
        this(database, replicas, ReplicationSettings.defaults());
    }

    /** With settings of its own; the shutdown timeout isn't used. */
    public OneTimeReplication(Path database, List<Replica> replicas, ReplicationSettings settings) {
        this.database = RealPaths.of(database);
        this.replicas = List.copyOf(replicas);
        this.settings = settings;
        if (replicas.isEmpty()) {
            throw new IllegalArgumentException(database + " has no replica: name at least one");
        }
        ReplicatedDatabase.requireApart(
                LocalState.of(this.database, settings.metaPath()).meta(), this.replicas);
    }

    /** The database's file. */
    public Path database() {
        return database;
    }

    /**
     * Restores the newest state if there is no database.
     *
     * @throws LitestreamException as {@link InPlaceRestore#ifMissing}
     */
    public InPlaceRestore.Outcome restore() throws InterruptedException {
        return new InPlaceRestore(settings.metaPath())
                .ifMissing(RestoreRequest.to(database).from(replicas).build());
    }

    /**
     * Replicates everything that is committed.
     *
     * @return whether every replica has confirmed it; false when the time is over
     * @throws LitestreamException when there is no database, it can't be used, or another process replicates it
     */
    public boolean replicate(Duration timeout) throws InterruptedException {
        ReplicatedDatabase.Builder builder =
                ReplicatedDatabase.builder(database).settings(settings.withShutdownTimeout(Duration.ZERO));
        replicas.forEach(replica -> builder.replica(replica, ReplicaSettings.syncingEvery(Duration.ZERO)));
        try (ReplicatedDatabase replicated = builder.build()) {
            replicated.open();
            replicated.start();
            return replicate(replicated, timeout);
        }
    }

    /**
     * Replicates everything that is committed in a database that is open and started; waits, too, until a generation can
     * begin.
     *
     * @return whether every replica has confirmed it; false when the time is over
     * @throws LitestreamException when the database isn't there, or another process replicates it
     */
    public static boolean replicate(ReplicatedDatabase started, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                return started.syncAll(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            } catch (LitestreamException e) {
                if (started.status().state() != ReplicationStatus.State.REPLICATING) {
                    throw e;
                }
                if (System.nanoTime() - deadline >= 0) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    /**
     * Replicates everything that is committed, then deletes the database.
     *
     * @return whether every replica has confirmed everything, and the database is deleted; false when the time is over
     * @throws LitestreamException as {@link #replicate} and {@link #delete}; nothing is deleted then
     */
    public boolean replicateAndDelete(Duration timeout) throws InterruptedException {
        if (!replicate(timeout)) {
            return false;
        }
        delete();
        return true;
    }

    /**
     * Deletes the database, what lies beside it, and its local state; but only if nobody is connected to it, nothing was
     * written since it was replicated, a replica holds all of it, by its own listing, and a restore would take that.
     *
     * @throws LitestreamException when one of these isn't so or can't be proved; nothing is deleted then
     */
    public void delete() {
        try (DatabaseClaim claim = DatabaseClaim.tryTake(database, settings.metaPath())) {
            if (claim == null) {
                throw new DatabaseAccessException(database, "isn't deleted: another process replicates it", null);
            }
            if (claim.isMissing()) {
                return;
            }
            claim.requireUnused();
            Replica holder = replicaThatHolds(sealedPosition(claim));
            requireRestoreOf(sealedPosition(claim).generation());
            Position sealed = sealedPosition(claim);
            claim.delete();
            LOG.info("{} is deleted: {} holds everything up to {}", database, holder, sealed);
        } catch (IOException e) {
            throw new DatabaseAccessException(database, "can't be deleted: " + e, e);
        }
    }

    /** A replica can hold another generation that is later by its clock: a restore would take that one. */
    private void requireRestoreOf(Generation generation) {
        RestoreChoice choice =
                new Restorer().choose(RestoreRequest.to(database).from(replicas).build());
        Generation chosen = choice.plan().snapshot().generation();
        if (!chosen.equals(generation)) {
            throw new DatabaseAccessException(
                    database,
                    ("isn't deleted: a restore would take generation %s of %s, which is later by the replica's clock than"
                                    + " %s, the one of this database: move generations/%s out of the replica")
                            .formatted(chosen, choice.replica(), generation, chosen),
                    null);
        }
    }

    private Position sealedPosition(DatabaseClaim claim) throws IOException {
        Position sealed = claim.sealedPosition();
        if (sealed == null) {
            throw new DatabaseAccessException(
                    database,
                    "isn't deleted: whether anything was written since it was replicated can't be told. Close every"
                            + " connection and replicate once more",
                    null);
        }
        return sealed;
    }

    private Replica replicaThatHolds(Position sealed) throws IOException {
        LitestreamException none = new DatabaseAccessException(
                database, "isn't deleted: no replica holds everything up to " + sealed, null);
        for (Replica replica : replicas) {
            try {
                Position reached = new Backups(replicas).reached(replica.name(), sealed.generation());
                if (reached.isAtLeast(sealed)) {
                    return replica;
                }
                none.addSuppressed(new LitestreamException(replica + " ends at " + reached));
            } catch (IOException | LitestreamException e) {
                none.addSuppressed(e);
            }
        }
        throw none;
    }
}
