package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.DatabaseAccessException;
import io.litestream4j.LitestreamException;
import io.litestream4j.NotADatabaseException;
import io.litestream4j.UnsafeSqliteVersionException;
import io.litestream4j.lease.LeaseConflictException;
import io.litestream4j.lease.NewerBackupException;
import io.litestream4j.replica.Replica;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Words for what stops a start: what is wrong with which database, and which key to change. */
final class StartFailures {

    private StartFailures() {}

    static LitestreamStartException noBackup(DatabaseSetup database, List<Replica> replicas, Exception cause) {
        String urls = replicas.stream().map(Replica::toString).collect(Collectors.joining(", "));
        String key = database.restore().key();
        String action = database.restore().isPointInTime()
                ? "Choose another state with %stimestamp, %sgeneration or %sindex, or remove them to get the newest."
                        .formatted(key, key, key)
                : "Check the replica's URL. For the first start of a new application set %sfail-if-no-backup=false."
                        .formatted(key);
        return new LitestreamStartException(
                "The database %s is needed from a backup, and there is none. Asked were: %s. %s"
                        .formatted(database.path(), urls, cause.getMessage()),
                action,
                cause);
    }

    static LitestreamStartException unreachable(DatabaseSetup database, Exception cause) {
        if (database.restore().mode() == DatabaseKeys.RestoreMode.REPLACE) {
            return notReplaced(database, cause);
        }
        return new LitestreamStartException(
                "The database %s is missing, and %s".formatted(database.path(), cause.getMessage()),
                "Make the replica reachable (%s), and start again. An empty database would become the newest backup, so"
                                .formatted(keys(database))
                        + " this is not a matter of " + database.restore().key() + "fail-if-no-backup. To start without"
                        + " the backup all the same set " + database.restore().key() + "mode=never.",
                cause);
    }

    static LitestreamStartException notReplaced(DatabaseSetup database, Exception cause) {
        return new LitestreamStartException(
                "The database %s was not replaced, as %smode asks for, and is untouched: %s"
                        .formatted(database.path(), database.restore().key(), cause.getMessage()),
                "Remove the cause and start again, or remove %smode to start with the database as it is."
                        .formatted(database.restore().key()),
                cause);
    }

    static LitestreamStartException damaged(DatabaseSetup database, CorruptBackupException cause) {
        return new LitestreamStartException(
                "The backup of %s is damaged: %s".formatted(database.path(), cause.getMessage()),
                "Restore an older state: set %son-damage=older, or choose one with %stimestamp."
                        .formatted(database.restore().key(), database.restore().key()),
                cause);
    }

    static LitestreamStartException openedBeforeRestore(DatabaseSetup database, boolean missing) {
        return new LitestreamStartException(
                "The database %s was opened by this application before its restore%s: a DataSource exists that no bean"
                                .formatted(database.path(), missing ? ", and is empty" : "")
                        + " definition shows.",
                "Declare the bean method's return type as javax.sql.DataSource (or a subtype), or put"
                        + " @DependsOn(\"litestreamRestorer\") on it. A DataSource must not be created before the"
                        + " application context is refreshed.");
    }

    static LitestreamStartException interrupted(DatabaseSetup database, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return of(database, new LitestreamException("the start was interrupted", cause));
    }

    static LitestreamStartException folder(DatabaseSetup database) {
        return new LitestreamStartException(
                "%s is \"%s\", which is a folder.".formatted(database.pathKey(), database.path()),
                "Set %s to the database's file.".formatted(database.pathKey()));
    }

    static LitestreamStartException notWritable(DatabaseSetup database, IOException cause) {
        return new LitestreamStartException(
                "The database %s (%s) can't be written: %s".formatted(database.path(), database.pathKey(), cause),
                "Set %s to a file in a folder that the application can write to, or change the folder's permissions."
                        .formatted(database.pathKey()),
                cause);
    }

    /** Words for what the engine threw. */
    static LitestreamStartException of(DatabaseSetup database, LitestreamException cause) {
        String description = "%s, named by %s.".formatted(cause.getMessage(), database.pathKey());
        if (cause instanceof NotADatabaseException) {
            return new LitestreamStartException(
                    "%s, named by %s, is not a SQLite database.".formatted(database.path(), database.pathKey()),
                    "Set %s to the database's own file, or move this one away to have the backup restored."
                            .formatted(database.pathKey()),
                    cause);
        }
        if (cause instanceof DatabaseAccessException) {
            return new LitestreamStartException(
                    description,
                    "Set %s to a file that the application can write to, or change the permissions of the file and its"
                                    .formatted(database.pathKey())
                            + " folder.",
                    cause);
        }
        if (cause instanceof LeaseConflictException) {
            return new LitestreamStartException(
                    "The database %s can't be replicated: %s.".formatted(database.path(), cause.getMessage()),
                    "End that one, and start again; or set litestream.lease.on-conflict=wait to wait for its end, or give"
                            + " this application a replica of its own (%s).".formatted(keys(database)),
                    cause);
        }
        if (cause instanceof NewerBackupException) {
            return new LitestreamStartException(
                    "The database %s can't be replicated: %s.".formatted(database.path(), cause.getMessage()),
                    ("Decide which state is wanted: set %smode=replace for one start to take over what the other instance has"
                                    + " written, or litestream.lease.on-newer-backup=ignore for one start to go on with this"
                                    + " database. If another one should have this replica, give this application a replica of"
                                    + " its own (%s).")
                            .formatted(database.restore().key(), keys(database)),
                    cause);
        }
        if (cause instanceof UnsafeSqliteVersionException) {
            return new LitestreamStartException(
                    String.valueOf(cause.getMessage()),
                    "Remove the older version of org.xerial:sqlite-jdbc from the application's dependencies, or set"
                            + " litestream.enabled=false.",
                    cause);
        }
        return new LitestreamStartException(
                "The database %s can't be made ready: %s".formatted(database.path(), cause.getMessage()),
                "Remove the cause, or set litestream.enabled=false to start without restore and replication.",
                cause);
    }

    private static String keys(DatabaseSetup database) {
        return database.replicas().stream().map(replica -> replica.url().key()).collect(Collectors.joining(", "));
    }
}
