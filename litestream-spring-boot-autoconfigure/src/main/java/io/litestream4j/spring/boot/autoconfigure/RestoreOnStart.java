package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.LitestreamException;
import io.litestream4j.NoBackupException;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.RestoreResult;
import io.litestream4j.restore.Restorer;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.RestoreSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores one database at start, if its rules say so. Nobody has opened it yet. */
final class RestoreOnStart {

    private static final Logger LOG = LoggerFactory.getLogger(RestoreOnStart.class);

    private final LitestreamDatabases.Entry entry;
    private final DatabaseSetup database;
    private final RestoreSetup rules;
    private final boolean alone;

    /**
     * @param entry the database and its replicas
     * @param alone whether no other context of this process takes care of the database
     */
    RestoreOnStart(LitestreamDatabases.Entry entry, boolean alone) {
        this.alone = alone;
        this.entry = entry;
        this.database = entry.setup();
        this.rules = database.restore();
    }

    /** Does it; says in one sentence what was done. */
    String run() {
        Path path = database.path();
        if (Files.isDirectory(path)) {
            throw StartFailures.folder(database);
        }
        if (rules.mode() == DatabaseKeys.RestoreMode.NEVER) {
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
        if (missing) {
            return fetchMissing();
        }
        return keep();
    }

    private String keep() {
        if (rules.isPointInTime()) {
            LOG.warn(
                    "Litestream: {} exists and was not restored to the state that {}* asks for."
                            + " To get that state end the application, move the file and its -wal away, and start again",
                    database.path(),
                    rules.key());
        }
        return "exists, not restored";
    }

    private String fetchMissing() {
        createFolder(database.path());
        Optional<RestoreResult> restored = fetch(database.path());
        if (restored.isPresent()) {
            return "was missing, " + describe(restored.get());
        }
        LOG.warn(
                "Litestream: {} is missing and there is no backup of it, the application starts with an empty database."
                        + " Asked were: {}",
                database.path(),
                entry.replicas());
        return "is missing, there is no backup of it";
    }

    private static String describe(RestoreResult result) {
        result.notes().forEach(note -> LOG.warn("Litestream: {}", note));
        return "restored from %s to %s, last object of %s, in %d ms"
                .formatted(
                        result.replicaUrl(),
                        result.position(),
                        result.lastObjectAt(),
                        result.duration().toMillis());
    }

    /** What was fetched; empty when there is no backup. */
    private Optional<RestoreResult> fetch(Path target) {
        try {
            return Optional.of(new Restorer().restore(request(target)));
        } catch (NoBackupException e) {
            // a state that was asked for by name is never replaced by an empty database
            if (rules.failIfNoBackup() || rules.isPointInTime()) {
                throw StartFailures.noBackup(database, entry.replicas(), e);
            }
            return Optional.empty();
        } catch (ReplicaUnreachableException e) {
            throw StartFailures.unreachable(database, e);
        } catch (CorruptBackupException e) {
            throw StartFailures.damaged(database, e);
        } catch (LitestreamException e) {
            throw StartFailures.of(database, e);
        }
    }

    private RestoreRequest request(Path target) {
        RestoreRequest.Builder request = RestoreRequest.to(target).from(entry.replicas());
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
