package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.wal.WalHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WALs and snapshots whose checksums are right and whose numbers are absurd. */
class HostileFramesTest {

    private static final int PAGE = 512;
    private static final int FRAME = 24 + PAGE;

    @TempDir
    Path folder;

    private ObjectSet objects;
    private String segment;
    private String snapshot;
    private byte[] wal;
    private byte[] database;
    private byte[] newest;

    @BeforeEach
    void create() throws Exception {
        Files.createDirectories(folder.resolve("history"));
        try (TestHistory history = new TestHistory(folder.resolve("history"), PAGE)) {
            history.snapshot().insert(1, 10).insert(3, 300).ship();
            objects = ObjectSet.of(history.root);
            segment = ReplicaPaths.walSegment(new Position(history.generation, 0, 0));
            snapshot = ReplicaPaths.snapshot(history.generation, 0);
            newest = history.state();
        }
        wal = content(segment);
        database = content(snapshot);
    }

    @ParameterizedTest(name = "commit with {0} pages")
    @ValueSource(strings = {"ffffffff", "80000000", "7fffffff", "00200001", "00010000", "00000100"})
    void aCommitThatGrowsTheDatabaseBeyondWhatWasWritten(String pages) {
        int last = frames() - 1;
        change(last, 4, (int) Long.parseLong(pages, 16));
        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining(segment)
                .hasMessageContaining("got a commit with " + Long.parseLong(pages, 16));
    }

    @Test
    void aCommitWithFewerPagesThanTheSchemaNeeds() {
        change(frames() - 1, 4, 1);
        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("integrity check");
    }

    @Test
    void aTransactionWithoutItsCommitDoesNotCount() throws Exception {
        byte[] first = Arrays.copyOf(wal, WalBytes.commits(wal).get(0));
        objects.put(segment, ObjectSet.framed(first));
        byte[] before = restore();
        change(frames() - 1, 4, 0);
        assertThat(restore()).isEqualTo(before).isNotEqualTo(newest);
    }

    /** A page beyond the end of the database is legal: what a transaction spilled and then cut off. It doesn't count. */
    @ParameterizedTest(name = "page {0}")
    @ValueSource(strings = {"ffffffff", "80000000", "7fffffff", "00001000"})
    void aPageFarBeyondTheEnd(String number) throws Exception {
        byte[] longer = Arrays.copyOf(wal, wal.length + 2 * FRAME);
        System.arraycopy(wal, wal.length - FRAME, longer, wal.length, FRAME);
        System.arraycopy(wal, wal.length - FRAME, longer, wal.length + FRAME, FRAME);
        wal = longer;
        change(frames() - 2, 4, 0);
        change(frames() - 2, 0, (int) Long.parseLong(number, 16));
        byte[] restored;
        try {
            restored = restore();
        } catch (CorruptBackupException e) {
            assertThat(e).hasMessageContaining(segment).hasMessageContaining(number);
            return;
        }
        assertThat(restored).isEqualTo(newest);
    }

    @Test
    void aPageManyTimesInATransactionCountsAsItWasLast() throws Exception {
        byte[] longer = Arrays.copyOf(wal, wal.length + 3 * FRAME);
        for (int i = 0; i < 3; i++) {
            System.arraycopy(wal, wal.length - FRAME, longer, wal.length + i * FRAME, FRAME);
        }
        wal = longer;
        for (int i = 4; i > 1; i--) {
            change(frames() - i, 4, 0);
            Arrays.fill(wal, wal.length - i * FRAME + 24, wal.length - (i - 1) * FRAME, (byte) i);
        }
        change(frames() - 1, 24, ByteBuffer.wrap(wal).getInt(wal.length - FRAME + 24));
        assertThat(restore()).isEqualTo(newest);
    }

    @ParameterizedTest(name = "page size {0} of the WAL")
    @ValueSource(ints = {0, 1, 3, 511, 513, 1024, 65536, 131072, Integer.MAX_VALUE, Integer.MIN_VALUE, -512})
    void aWalWithAnotherPageSize(int size) {
        byte[] other = Arrays.copyOf(wal, WalHeader.SIZE);
        ByteBuffer.wrap(other).putInt(8, size);
        // only the header, whose checksum follows
        wal = WalBytes.rechecksummed(other, false);
        objects.put(segment, ObjectSet.framed(wal));
        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining(segment)
                .hasMessageContainingAll("expected a WAL", "got");
    }

    @Test
    void anyPageSizeInTheDatabasesHeader() throws Exception {
        for (int bit = 0; bit < 16 * 3; bit++) {
            int size = (1 << (bit / 3)) + bit % 3 - 1;
            byte[] other = database.clone();
            ByteBuffer.wrap(other).putShort(16, (short) size);
            objects.put(snapshot, ObjectSet.framed(other));
            Throwable thrown = catchThrowable(this::restore);
            if (size == PAGE) {
                assertThat(thrown).isNull();
            } else {
                assertThat(thrown).as("%d", size).isInstanceOf(CorruptBackupException.class);
            }
        }
    }

    @ParameterizedTest(name = "4 bytes at {0} of the database's header are {1}")
    @CsvSource({"28,ffffffff", "28,0", "28,1", "32,ffffffff", "36,ffffffff", "52,ffffffff", "100,0", "20,ff404040"})
    void otherNumbersInTheDatabasesHeader(int at, String number) throws Exception {
        byte[] other = database.clone();
        ByteBuffer.wrap(other).putInt(at, (int) Long.parseLong(number, 16));
        objects.put(snapshot, ObjectSet.framed(other));
        Throwable thrown = catchThrowable(this::restore);
        // what the WAL holds anew, it mends
        assertThat(thrown == null || thrown instanceof CorruptBackupException)
                .as(String.valueOf(thrown))
                .isTrue();
    }

    @ParameterizedTest(name = "{0} bytes of a database")
    @ValueSource(ints = {0, 1, 16, 99, 100, 511, 513, 1023})
    void aSnapshotThatIsNoWholeDatabase(int length) {
        objects.put(snapshot, ObjectSet.framed(Arrays.copyOf(database, length)));
        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining(snapshot)
                .hasMessageContainingAll("expected", "got");
    }

    /** Names of tables are whatever somebody chose; a log has one line for each event. */
    @Test
    void whatTheCheckSaysIsOneLine() throws Exception {
        try (TestHistory history = new TestHistory(Files.createDirectories(folder.resolve("evil")), PAGE)) {
            history.run(
                            "create table \"evil\r\n12:00:00 INFO all is well\"(x)",
                            "pragma writable_schema=on",
                            "update sqlite_schema set sql = 'create nothing' where name like 'evil%'",
                            "pragma wal_checkpoint(truncate)")
                    .snapshot();
            objects = ObjectSet.of(history.root);
        }
        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("evil\\u000d\\u000a12:00:00");
    }

    @Test
    void aFrameInAFrame() {
        for (String object : List.of(snapshot, segment)) {
            byte[] stored = objects.bytes(object);
            objects.put(object, ObjectSet.framed(stored));
            assertThatThrownBy(this::restore)
                    .isInstanceOf(CorruptBackupException.class)
                    .hasMessageContaining(object)
                    .hasMessageContainingAll("expected", "got");
            objects.put(object, stored);
        }
    }

    private int frames() {
        return (wal.length - WalHeader.SIZE) / FRAME;
    }

    /** Changes a number in a frame, and all checksums from there on. */
    private void change(int frame, int at, int value) {
        ByteBuffer.wrap(wal).putInt(WalHeader.SIZE + frame * FRAME + at, value);
        wal = WalBytes.rechecksummed(wal, false);
        objects.put(segment, ObjectSet.framed(wal));
    }

    private byte[] restore() throws IOException {
        Path target = folder.resolve("restored.db");
        try {
            return RestoreFolder.bytes(
                    RestoreFolder.RESTORER, RestoreFolder.request(target, request -> {}, objects.replica()));
        } catch (LitestreamException e) {
            assertThat(folder).isDirectoryNotContaining("glob:**restored.db*");
            throw e;
        }
    }

    private byte[] content(String object) throws IOException {
        try (InputStream in = Lz4Frames.decompress(new ByteArrayInputStream(objects.bytes(object)))) {
            return in.readAllBytes();
        }
    }
}
