package io.litestream4j.database;

import io.litestream4j.Position;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ships what a source gives to a folder, in the order in which a replica is fed, and restores from there. */
public final class TestReplica {

    private final Path folder;
    private final FileReplicaClient client;
    private @Nullable Position next;
    private int restores;

    public TestReplica(Path folder) {
        this.folder = folder;
        this.client = new FileReplicaClient(folder.resolve("replica"));
    }

    public FileReplicaClient client() {
        return client;
    }

    /** Stores a snapshot; segments follow from there. */
    public void writeSnapshot(SnapshotImage image) throws Exception {
        Position position = image.position();
        client.writeSnapshot(position.generation(), position.index(), compressed(image::writeTo));
        next = position;
    }

    /** Stores a first snapshot and all segments that there are. */
    public void begin(SourceDatabase source) throws Exception {
        try (SnapshotImage image = source.openSnapshot(true)) {
            writeSnapshot(image);
        }
        ship(source);
    }

    /** Stores all segments that there are, and the end marks between indexes. */
    public void ship(SourceDatabase source) throws Exception {
        ShadowSegment segment = source.segmentFrom(next);
        while (segment != null) {
            client.writeWalSegment(segment.start(), compressed(segment::writeTo));
            next = segment.isEndMark() ? segment.end().nextIndex() : segment.end();
            segment = source.segmentFrom(next);
        }
    }

    /** The newest state, restored. */
    public Path restore() {
        Path target = folder.resolve("restored-" + ++restores + ".db");
        new Restorer()
                .restore(RestoreRequest.to(target)
                        .from(List.of(new Replica("test", client)))
                        .build());
        return target;
    }

    /** All rows of the newest state. */
    public List<String> restoredRows() throws SQLException {
        return TestDatabase.rowsOf(restore());
    }

    /** The bytes of the newest state. */
    public byte[] restoredBytes() throws Exception {
        return Files.readAllBytes(restore());
    }

    private static ObjectContent compressed(ObjectContent content) {
        return out -> {
            try (OutputStream lz4 = Lz4Frames.compress(out)) {
                content.writeTo(lz4);
            }
        };
    }
}
