package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.LitestreamException;
import io.litestream4j.NoBackupException;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.lease.LeaseConflictException;
import io.litestream4j.lease.Leases;
import io.litestream4j.replication.InPlaceRestore;
import io.litestream4j.restore.Backups;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.RestoreResult;
import io.litestream4j.restore.Restorer;
import io.litestream4j.spring.boot.autoconfigure.DatabaseKeys.RestoreMode;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.RestoreSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores one database at start, if its rules say so. Nobody has opened it yet. */
final class RestoreOnStart {

    private static final Logger LOG = LoggerFactory.getLogger(RestoreOnStart.class);

    private final LitestreamDatabases.Entry entry;
    private final DatabaseSetup database;
    private final RestoreSetup rules;
    private final boolean alone;
    private final Leases leases;
    private final EngineEvents events;

    /**
     * @param entry the database and its replicas
     * @param alone whether no other context of this process takes care of the database
     * @param replicated whether the database is replicated from here on, so that nobody else may write to its replicas
     * @param events hear of it
     */
    RestoreOnStart(LitestreamDatabases.Entry entry, boolean alone, boolean replicated, EventQueue events) {
        this.alone = alone;
        this.entry = entry;
        this.database = entry.setup();
        this.rules = database.restore();
        this.leases = replicated ? entry.database().leases() : Leases.NONE;
        this.events = new EngineEvents(database, events, Clock.systemUTC());
    }

    /** Does it; says in one sentence what was done. */
    String run() {
        Path path = database.path();
        if (Files.isDirectory(path)) {
            throw StartFailures.folder(database);
        }
        if (rules.dryRun()) {
            return plan();
        }
        if (rules.mode() == RestoreMode.NEVER) {
            createFolder(path);
            return "not restored, " + rules.key() + "mode is never";
        }
        if (!alone) {
            return "not restored, another application context of this process takes care of it";
        }
        boolean missing = isMissing(path);
        if (OpenedBefore.check(path)) {
            throw StartFailures.openedBeforeRestore(database, missing);
        }
        createFolder(path);
        return restore().map(this::describe).orElse("is missing, there is no backup of it");
    }

    private String describe(InPlaceRestore.Outcome outcome) {
        return switch (outcome.kind()) {
            case EXISTS -> keep();
            case RESTORED -> "was missing, " + describe(outcome.restored());
            case REPLACED ->
                "was replaced (kept aside: %s), %s".formatted(outcome.keptAside(), describe(outcome.restored()));
            case REPLACED_BEFORE ->
                "is as it was left: replacing it (%s) was already carried out at %s, remove %smode"
                        .formatted(request().state(), outcome.replacedAt(), rules.key());
        };
    }

    private String keep() {
        if (rules.isPointInTime()) {
            LOG.warn(
                    "Litestream: {} exists and was not restored to the state that {}* asks for. To get that state start"
                            + " once with {}mode=replace",
                    database.path(),
                    rules.key(),
                    rules.key());
        }
        return "exists, not restored";
    }

    private static String describe(@Nullable RestoreResult result) {
        if (result == null) {
            return "";
        }
        result.notes().forEach(note -> LOG.warn("Litestream: {}", note));
        return "restored from %s to %s, last object of %s, in %d ms"
                .formatted(
                        result.replicaUrl(),
                        result.position(),
                        result.lastObjectAt(),
                        result.duration().toMillis());
    }

    /** What was done; empty when there is no backup, and none is needed. */
    private Optional<InPlaceRestore.Outcome> restore() {
        InPlaceRestore restore = new InPlaceRestore(database.settings().metaPath(), entry.operations());
        boolean replace = rules.mode() == RestoreMode.REPLACE;
        try {
            InPlaceRestore.Outcome outcome =
                    replace ? restore.replace(request(), leases) : restore.ifMissing(request(), leases);
            if (outcome.restored() != null) {
                entry.restores().add(outcome.restored());
                events.restored(outcome.restored());
            }
            return Optional.of(outcome);
        } catch (NoBackupException e) {
            // a state that was asked for by name is never replaced by an empty database
            if (replace || rules.failIfNoBackup() || rules.isPointInTime()) {
                throw StartFailures.noBackup(database, entry.replicas(), e);
            }
            LOG.warn(
                    "Litestream: {} is missing and there is no backup of it, the application starts with an empty"
                            + " database. Asked were: {}",
                    database.path(),
                    entry.replicas());
            return Optional.empty();
        } catch (ReplicaUnreachableException e) {
            throw StartFailures.unreachable(database, e);
        } catch (CorruptBackupException e) {
            throw StartFailures.damaged(database, e);
        } catch (LeaseConflictException e) {
            throw StartFailures.of(database, e);
        } catch (LitestreamException e) {
            throw replace ? StartFailures.notReplaced(database, e) : StartFailures.of(database, e);
        } catch (InterruptedException e) {
            throw StartFailures.interrupted(database, e);
        }
    }

    private String plan() {
        try {
            LOG.info(
                    "Litestream: {} would be restored by this plan: {}",
                    database.path(),
                    new Restorer().choose(request()).describe());
            LOG.info("Litestream: {}", new Backups(entry.replicas()).list().describe());
            return "not restored, " + rules.key() + "dry-run is true";
        } catch (NoBackupException e) {
            throw StartFailures.noBackup(database, entry.replicas(), e);
        } catch (ReplicaUnreachableException e) {
            throw StartFailures.unreachable(database, e);
        } catch (CorruptBackupException e) {
            throw StartFailures.damaged(database, e);
        }
    }

    private RestoreRequest request() {
        RestoreRequest.Builder request = RestoreRequest.to(database.path()).from(entry.replicas());
        request.integrityCheck(rules.integrityCheck()).onDamage(rules.onDamage());
        if (rules.timestamp() != null) {
            request.timestamp(rules.timestamp());
        }
        if (rules.generation() != null) {
            request.generation(rules.generation());
        }
        if (rules.index() != null) {
            request.index(rules.index());
        }
        if (rules.replica() != null) {
            request.replica(rules.replica());
        }
        if (rules.parallelism() != null) {
            request.parallelism(rules.parallelism());
        }
        return request.build();
    }

    /** SQLite makes a file of 0 bytes when it opens a path: that is no database yet. */
    private boolean isMissing(Path path) {
        try {
            return Files.notExists(path) || Files.size(path) == 0;
        } catch (IOException e) {
            throw StartFailures.notWritable(database, e);
        }
    }

    private void createFolder(Path path) {
        Path folder = path.getParent();
        try {
            // not createDirectories alone: it refuses a link to a folder
            if (folder != null && !Files.isDirectory(folder)) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw StartFailures.notWritable(database, e);
        }
    }
}
