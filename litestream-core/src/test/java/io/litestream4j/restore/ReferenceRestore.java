package io.litestream4j.restore;

import io.litestream4j.Generation;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Restores the classic way: each index's segments make a WAL file, which SQLite checkpoints. */
final class ReferenceRestore {

    private ReferenceRestore() {}

    /** Restores the newest state of a generation from its newest snapshot; asks no questions. */
    static Path restore(ReplicaClient client, Generation generation, Path target) throws IOException, SQLException {
        List<SnapshotInfo> snapshots = client.snapshots(generation);
        int base = snapshots.get(snapshots.size() - 1).index();
        Files.write(target, DamageTest.decompressed(client.openSnapshot(generation, base)));
        Map<Integer, ByteArrayOutputStream> wals = new TreeMap<>();
        for (WalSegmentInfo segment : client.walSegments(generation)) {
            if (segment.position().index() >= base) {
                wals.computeIfAbsent(segment.position().index(), index -> new ByteArrayOutputStream())
                        .write(DamageTest.decompressed(client.openWalSegment(segment.position())));
            }
        }
        for (ByteArrayOutputStream wal : wals.values()) {
            Files.write(Path.of(target + "-wal"), wal.toByteArray());
            try (Connection connection = Sqlite.open(target)) {
                Sqlite.run(connection, "pragma wal_checkpoint(truncate)");
            }
            Files.deleteIfExists(Path.of(target + "-wal"));
            Files.deleteIfExists(Path.of(target + "-shm"));
        }
        return target;
    }
}
