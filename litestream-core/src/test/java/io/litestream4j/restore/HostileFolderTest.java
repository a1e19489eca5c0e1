package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.replica.ReplicaPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replica's folder with links, pipes and folders where files are expected. Nothing outside of it is read. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileFolderTest {

    @TempDir
    Path folder;

    private TestHistory history;
    private byte[] newest;
    private Path snapshot;
    private Path segment;

    @BeforeEach
    void create() throws Exception {
        history = new TestHistory(Files.createDirectories(folder.resolve("history")), 512);
        history.snapshot().insert(1, 10);
        segment = history.ship();
        newest = history.state();
        snapshot = history.root.resolve(ReplicaPaths.snapshot(history.generation, 0));
    }

    @AfterEach
    void close() throws Exception {
        history.close();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"generations", "generations/%s", "generations/%s/snapshots", "generations/%s/wal"})
    void folderThatIsALinkIsNotFollowed(String name) throws IOException {
        Path real = history.root.resolve(name.formatted(history.generation));
        Path elsewhere = Files.move(real, folder.resolve("elsewhere"));
        Files.createSymbolicLink(real, elsewhere);
        if (name.endsWith("%s")) {
            // no folder of that name: nothing is there, as on a storage that has never seen it
            assertThatThrownBy(this::restore)
                    .isInstanceOf(LitestreamException.class)
                    .hasMessageContaining("no backup");
        } else {
            assertThatThrownBy(this::restore)
                    .isInstanceOf(ReplicaUnreachableException.class)
                    .hasMessageContaining("symbolic link");
        }
    }

    @Test
    void objectsThatAreLinksAreNotThere() throws IOException {
        Path elsewhere = Files.move(segment, folder.resolve("segment"));
        Files.createSymbolicLink(segment, elsewhere);
        assertThat(restore()).isNotEqualTo(newest);

        elsewhere = Files.move(snapshot, folder.resolve("snapshot"));
        Files.createSymbolicLink(snapshot, elsewhere);
        assertThatThrownBy(this::restore).isInstanceOf(LitestreamException.class);
    }

    /** Opening a pipe waits until somebody writes to it. */
    @Test
    void pipesAreNotOpened() throws Exception {
        Path later = segment.resolveSibling("00000001_00000000.wal.lz4");
        for (Path pipe : List.of(
                later,
                segment.resolveSibling("00000001.wal"),
                segment.resolveSibling("00000001.wal.lz4"),
                snapshot.resolveSibling("00000001.snapshot.lz4"),
                snapshot.resolveSibling("00000001.snapshot"),
                history.root.resolve("generations/00000000000000ff"))) {
            makePipe(pipe);
            assertThat(restore()).isEqualTo(newest);
        }
        Files.delete(snapshot);
        makePipe(snapshot);
        assertThatThrownBy(this::restore).isInstanceOf(CorruptBackupException.class);
    }

    @Test
    void foldersWithTheNamesOfObjects() throws IOException {
        Files.createDirectory(segment.resolveSibling("00000001_00000000.wal.lz4"));
        Files.createDirectory(segment.resolveSibling("00000001.wal"));
        Files.createDirectory(snapshot.resolveSibling("00000001.snapshot.lz4"));
        Files.createDirectories(history.root.resolve("generations/00000000000000ff/snapshots/00000000.snapshot.lz4"));
        Files.createFile(history.root.resolve("generations/00000000000000fe"));
        assertThat(restore()).isEqualTo(newest);
    }

    @Test
    void strayNames() throws IOException {
        for (String name : List.of(
                "00000001_00000000.wal.lz4\n", "0000000A_00000000.wal.lz4", "\r\n", "00000001_00000000.wal.lz4.tmp")) {
            Files.write(segment.resolveSibling(name), new byte[7]);
        }
        Files.createDirectories(history.root.resolve("generations/00000000000000FF/snapshots"));
        assertThat(restore()).isEqualTo(newest);
    }

    /** A snapshot that is swapped for a link after it was listed. */
    @Test
    void linkThatAppearsAfterTheListing() throws IOException {
        Position start = new Position(history.generation, 0, 0);
        Path secret = Files.move(snapshot, folder.resolve("secret"));
        Files.createSymbolicLink(snapshot, secret);
        assertThatThrownBy(() -> history.client.openSnapshot(history.generation, 0))
                .isInstanceOf(IOException.class);
        Files.delete(segment);
        Files.createSymbolicLink(segment, secret);
        assertThatThrownBy(() -> history.client.openWalSegment(start)).isInstanceOf(IOException.class);
    }

    private static void makePipe(Path path) throws Exception {
        try {
            assumeThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                    .isZero();
        } catch (IOException e) {
            assumeThat(e).as("mkfifo").isNull();
        }
    }

    private byte[] restore() throws IOException {
        return RestoreFolder.bytes(
                RestoreFolder.RESTORER,
                RestoreFolder.request(folder.resolve("restored.db"), request -> {}, history.replica()));
    }
}
