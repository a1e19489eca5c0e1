package io.litestream4j.replica.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Position;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaClientContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReplicaClientTest extends ReplicaClientContract {

    @TempDir
    Path folder;

    private Path root;
    private FileReplicaClient client;

    @BeforeEach
    void open() {
        root = folder.resolve("deep/replica");
        client = new FileReplicaClient(root);
    }

    @Override
    protected ReplicaClient client() {
        return client;
    }

    @Test
    void urlIsTheAbsolutePath() {
        assertThat(client.url()).isEqualTo("file://" + root);
        assertThat(client.type()).isEqualTo("file");
    }

    @Test
    void layoutIsLitestreamsAndOnlyTheOwnerCanRead() throws IOException {
        client.writeSnapshot(A, 10, bytes(1));
        client.writeWalSegment(new Position(A, 10, 4152), bytes(1));

        Path wal = root.resolve("generations/00000000000000aa/wal/0000000a_00001038.wal.lz4");
        assertThat(wal).exists();
        assertThat(root.resolve("generations/00000000000000aa/snapshots/0000000a.snapshot.lz4"))
                .exists();
        assertThat(permissions(wal)).isEqualTo("rw-------");
        for (Path above = wal.getParent(); !above.equals(folder); above = above.getParent()) {
            assertThat(permissions(above)).isEqualTo("rwx------");
        }
    }

    @Test
    void timeIsTheModificationTime() throws IOException {
        client.writeSnapshot(A, 0, bytes(1));
        Instant time = Instant.parse("2020-02-02T02:02:02Z");
        Files.setLastModifiedTime(snapshot(0), FileTime.from(time));

        assertThat(client.snapshots(A).get(0).createdAt()).isEqualTo(time);
    }

    @Test
    void foreignNamesAreLeftOut() throws IOException {
        client.writeSnapshot(A, 0, bytes(1));
        Files.createDirectories(root.resolve("generations/UPPER00000000000"));
        Files.createFile(root.resolve("generations/00000000000000cc"));
        for (String name : new String[] {
            "0.snapshot.lz4",
            "0000000A.snapshot.lz4",
            "00000001.snapshot",
            "00000001.snapshot.lz4.tmp",
            "\n",
            "ffffffff.snapshot.lz4"
        }) {
            Files.createFile(root.resolve("generations/" + A + "/snapshots/" + name));
        }
        Files.createDirectory(snapshot(5));

        assertThat(client.generations()).containsExactly(A);
        assertThat(client.snapshots(A)).hasSize(1);
    }

    @Test
    void symbolicLinksBelowTheRootAreNotFollowed() throws IOException {
        client.writeSnapshot(A, 0, bytes(1));
        Files.createSymbolicLink(snapshot(1), snapshot(0));
        Files.createSymbolicLink(root.resolve("generations/" + B), root.resolve("generations/" + A));

        assertThat(client.snapshots(A)).hasSize(1);
        assertThat(client.generations()).containsExactly(A);
        assertThatThrownBy(() -> client.openSnapshot(A, 1)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> client.snapshots(B)).hasMessageContaining("symbolic link");
        assertThatThrownBy(() -> client.openSnapshot(B, 0)).hasMessageContaining("symbolic link");
        assertThatThrownBy(() -> client.writeSnapshot(B, 7, bytes(1))).hasMessageContaining("symbolic link");
        assertThatThrownBy(() -> client.writeSnapshot(A, 1, bytes(2))).isInstanceOf(IOException.class);
    }

    @Test
    void rootThatIsAFileIsAnErrorNotAnEmptyReplica() throws IOException {
        Files.createDirectories(root.getParent());
        Files.createFile(root);

        assertThatThrownBy(client::generations).isInstanceOf(IOException.class).hasMessageContaining("name a folder");
    }

    @Test
    void oldTemporaryFilesAreRemovedByTheNextWriteYoungOnesAreNot() throws IOException {
        client.writeSnapshot(A, 0, bytes(1));
        Path old = Files.createFile(snapshot(0).resolveSibling("00000001.snapshot.lz4.tmp"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(7200)));
        Path young = Files.createFile(snapshot(0).resolveSibling("00000002.snapshot.lz4.tmp"));

        client.writeSnapshot(A, 3, bytes(1));

        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void brokenWriteLeavesNothingBehind() throws IOException {
        assertThatThrownBy(() -> client.writeSnapshot(A, 0, out -> {
                    throw new IOException("no space left");
                }))
                .hasMessage("no space left");
        try (Stream<Path> files = Files.list(snapshot(0).getParent())) {
            assertThat(files).isEmpty();
        }
    }

    private Path snapshot(int index) {
        return root.resolve("generations/%s/snapshots/%08x.snapshot.lz4".formatted(A, index));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
