package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Refuses databases that would write over each other. */
final class SetupConflicts {

    private SetupConflicts() {}

    static void check(List<DatabaseSetup> databases) {
        Map<Path, String> paths = new HashMap<>();
        Map<Path, String> metaPaths = new HashMap<>();
        Map<String, String> replicas = new HashMap<>();
        for (DatabaseSetup database : databases) {
            once(paths, database.path(), "litestream.databases." + database.name() + ".path", "a file of its own");
            Path metaPath = database.settings().metaPath();
            if (metaPath != null) {
                once(
                        metaPaths,
                        metaPath,
                        "litestream.databases." + database.name() + ".meta-path",
                        "a folder of its own");
            }
            for (ReplicaSetup replica : database.replicas()) {
                once(replicas, location(replica), replica.url().key(), "a path of its own");
            }
            knownReplica(database);
        }
    }

    /** Buckets of one name may be in several stores. */
    private static String location(ReplicaSetup replica) {
        String location = replica.url().location();
        return replica.s3() == null || replica.s3().endpoint() == null
                ? location
                : location + " at " + replica.s3().endpoint();
    }

    private static <T> void once(Map<T, String> taken, T value, String key, String remedy) {
        String other = taken.putIfAbsent(value, key);
        if (other != null) {
            throw new LitestreamStartException(
                    "%s and %s are both \"%s\": one would overwrite the other.".formatted(other, key, value),
                    "Set %s to %s.".formatted(key, remedy));
        }
    }

    private static void knownReplica(DatabaseSetup database) {
        String name = database.restore().replica();
        List<String> names =
                database.replicas().stream().map(ReplicaSetup::name).toList();
        if (name != null && !names.contains(name)) {
            throw LitestreamStartException.invalid(
                    database.restore().key() + "replica", name, "one of: " + String.join(", ", names));
        }
    }
}
