package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File replicas as Litestream 0.3.4 wrote them, from WALs that SQLite wrote. */
class OldLayoutTest {

    @TempDir
    Path folder;

    private TestHistory history;
    private Path generation;
    private Path target;
    private Replica replica;
    private long seconds;

    @BeforeEach
    void write() throws Exception {
        history = new TestHistory(Files.createDirectory(folder.resolve("a")), 4096);
        generation = folder.resolve("old/generations/" + history.generation);
        Files.createDirectories(generation.resolve("snapshots"));
        Files.createDirectories(generation.resolve("wal"));
        target = folder.resolve("out/app.db");
        replica = new Replica("old", new FileReplicaClient(folder.resolve("old")));

        store("snapshots/00000000.snapshot", history.state(), false);
        history.insert(20, 500);
        store("wal/00000000.wal.lz4", history.wal(), true);
        history.sealWithoutMark().insert(20, 500);
        store("wal/00000001.wal.lz4", history.wal(), true);
        history.sealWithoutMark().insert(30, 3000);
        store("wal/00000002.wal", history.wal(), false);
    }

    @AfterEach
    void close() throws Exception {
        history.close();
    }

    @Test
    void plainSnapshotCompressedIndexesAndTheOneThatIsAppendedTo() throws Exception {
        RestoreResult result = restore();

        assertThat(target).hasBinaryContent(history.state());
        assertThat(result.position().index()).isEqualTo(2);
        assertThat(result.position().offset()).isEqualTo(history.wal().length);
    }

    @Test
    void contentOfSeveralBlocks() throws Exception {
        history.insert(3, 3 << 20);
        store("wal/00000002.wal", history.wal(), false);
        assertThat(history.wal().length).isGreaterThan(2 * (4 << 20));

        restore();
        assertThat(target).hasBinaryContent(history.state());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 23, 24, 2000, 4119})
    void tailThatWasBeingWrittenIsLeftOutOfTheNewestIndex(int bytes) throws Exception {
        byte[] before = history.state();
        Files.write(generation.resolve("wal/00000002.wal"), new byte[bytes], StandardOpenOption.APPEND);

        restore();
        assertThat(target).hasBinaryContent(before);
    }

    @Test
    void headerThatWasBeingWrittenIsAnIndexThatHasNotBegun() throws Exception {
        byte[] before = history.state();
        history.sealWithoutMark().insert(1, 1);
        store("wal/00000003.wal", Arrays.copyOf(history.wal(), 31), false);

        restore();
        assertThat(target).hasBinaryContent(before);
    }

    @Test
    void tailInTheMiddleOfTheHistoryIsDamage() throws Exception {
        history.sealWithoutMark().insert(1, 1);
        store("wal/00000003.wal", history.wal(), false);
        Files.write(generation.resolve("wal/00000002.wal"), new byte[100], StandardOpenOption.APPEND);

        assertThatThrownBy(this::restore).isInstanceOf(CorruptBackupException.class);
        assertThat(target).doesNotExist();
    }

    @Test
    void changedByteInTheNewestIndexIsDamage() throws Exception {
        byte[] wal = history.wal();
        wal[wal.length / 2] ^= 1;
        store("wal/00000002.wal", wal, false);

        assertThatThrownBy(this::restore).isInstanceOf(CorruptBackupException.class);
        assertThat(target).doesNotExist();
    }

    @Test
    void indexThatIsMissingIsDamage() throws Exception {
        Files.delete(generation.resolve("wal/00000001.wal.lz4"));

        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("00000001_00000000");
    }

    @Test
    void indexInBothFormsIsReadFromTheCompressedOne() throws Exception {
        store("wal/00000001.wal", new byte[5000], false);

        restore();
        assertThat(target).hasBinaryContent(history.state());
    }

    @Test
    void snapshotInBothFormsIsReadFromTheCompressedOne() throws Exception {
        byte[] plain = Files.readAllBytes(generation.resolve("snapshots/00000000.snapshot"));
        store("snapshots/00000000.snapshot.lz4", plain, true);
        store("snapshots/00000000.snapshot", new byte[8192], false);

        restore();
        assertThat(target).hasBinaryContent(history.state());
    }

    @Test
    void timeBeforeTheNewestIndexRestoresTheOnesBefore() throws Exception {
        RestoreRequest earlier =
                RestoreFolder.request(target, request -> request.timestamp(TestHistory.START.plusSeconds(3)), replica);
        RestoreResult result = RestoreFolder.RESTORER.restore(earlier);

        assertThat(result.position().index()).isEqualTo(1);
    }

    @Test
    void walThatGrowsBetweenListingAndReadingIsReadAsListed() throws Exception {
        assertThat(replica.client().walSegments(history.generation)).hasSize(3);
        var listed = replica.client().walSegments(history.generation).get(2);
        Files.write(generation.resolve("wal/00000002.wal"), new byte[4120], StandardOpenOption.APPEND);

        try (var in = replica.client().openWalSegment(listed.position())) {
            assertThat(in.readAllBytes()).hasSize((int) listed.size());
        }
    }

    @Test
    void generationIsReadOnlyAndCanBeDeleted() throws Exception {
        FileReplicaClient client = (FileReplicaClient) replica.client();
        assertThat(client.isReadOnly(history.generation)).isTrue();

        client.deleteSnapshots(client.snapshots(history.generation));
        client.deleteWalSegments(client.walSegments(history.generation));

        assertThat(client.snapshots(history.generation)).isEmpty();
        assertThat(client.walSegments(history.generation)).isEmpty();
        assertThat(client.isReadOnly(history.generation)).isFalse();
    }

    private RestoreResult restore() {
        return RestoreFolder.RESTORER.restore(RestoreFolder.request(target, request -> {}, replica));
    }

    private void store(String name, byte[] bytes, boolean compressed) throws IOException {
        Path file = generation.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                OutputStream content = compressed ? Lz4Frames.compress(out) : out) {
            content.write(bytes);
        }
        Files.setLastModifiedTime(file, FileTime.from(TestHistory.START.plusSeconds(++seconds)));
    }
}
