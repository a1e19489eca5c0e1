package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.RestoreResult;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file replica, seen from outside. */
final class Restores {

    private Restores() {}

    static Replica replica(Path root) {
        return new Replica("file", new FileReplicaClient(root));
    }

    /** Restores the newest state. */
    static RestoreResult newest(Path root, Path target) {
        return new Restorer()
                .restore(RestoreRequest.to(target)
                        .from(List.of(replica(root)))
                        .integrityCheck(IntegrityCheck.FULL)
                        .build());
    }

    /** Restores a database in its own place, as an application does that goes on to replicate it. */
    static void inPlace(Replica replica, Path database) throws InterruptedException {
        assertThat(new InPlaceRestore(null)
                        .ifMissing(RestoreRequest.to(database)
                                .from(List.of(replica))
                                .integrityCheck(IntegrityCheck.FULL)
                                .build())
                        .kind())
                .isEqualTo(InPlaceRestore.Kind.RESTORED);
    }

    /** Restores the newest state and expects it to be the database's file, which must be at rest, byte for byte. */
    static void assertEqual(Path root, Path database, Path target) throws IOException {
        assertThat(Path.of(database + "-wal"))
                .as("a database at rest has no WAL")
                .doesNotExist();
        Files.deleteIfExists(target);
        newest(root, target);
        long difference = Files.mismatch(database, target);
        assertThat(difference)
                .as("first byte at which the restored file differs")
                .isEqualTo(-1);
    }

    static List<Generation> generations(Path root) throws IOException {
        return new FileReplicaClient(root).generations();
    }

    static List<SnapshotInfo> snapshots(Path root) throws IOException {
        FileReplicaClient client = new FileReplicaClient(root);
        List<SnapshotInfo> all = new ArrayList<>();
        for (Generation generation : client.generations()) {
            all.addAll(client.snapshots(generation));
        }
        return all;
    }

    static void deleteRecursively(Path entry) throws IOException {
        if (Files.isDirectory(entry)) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(entry)) {
                for (Path child : children) {
                    deleteRecursively(child);
                }
            }
        }
        Files.deleteIfExists(entry);
    }

    static void copyRecursively(Path from, Path to) throws IOException {
        if (Files.isDirectory(from)) {
            Files.createDirectories(to);
            try (DirectoryStream<Path> children = Files.newDirectoryStream(from)) {
                for (Path child : children) {
                    copyRecursively(child, to.resolve(child.getFileName()));
                }
            }
        } else {
            Files.copy(from, to);
        }
    }

    /** The folder of the shadow WAL. */
    static Path meta(Path database) {
        return database.resolveSibling("." + database.getFileName() + "-litestream");
    }

    /** Deletes what is known of the generation. Whose database it is stays known: without that, a start is refused. */
    static void loseShadow(Path database) throws IOException {
        Path meta = meta(database);
        if (Files.isDirectory(meta)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(meta)) {
                for (Path entry : entries) {
                    if (!entry.endsWith("owner")) {
                        deleteRecursively(entry);
                    }
                }
            }
        }
    }

    /** Deletes a database as the loss of its disk does. */
    static void loseDisk(Path database) throws IOException {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(Path.of(database + suffix));
        }
        deleteRecursively(meta(database));
    }
}
