package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.io.ContentDamagedException;
import io.litestream4j.wal.TestWal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowIndexTest {

    private static final int BUFFERED = 256 * 1024 / 4120;

    @TempDir
    Path folder;

    private final TestWal wal = new TestWal(4096);

    @Test
    void hasNoNameBeforeTheFirstCommit() throws IOException {
        wal.frame(1, 0, 1);
        Path file = file();
        try (ShadowIndex index = create()) {
            assertThat(index.appendFrom(this::read)).isZero();
            assertThat(index.end()).isZero();
            assertThat(file).doesNotExist();
            wal.frame(2, 2, 1);
            assertThat(index.appendFrom(this::read)).isEqualTo(32 + 2 * 4120);
            assertThat(file).hasBinaryContent(wal.bytes());
            assertThat(index.isUntouched()).isTrue();
        }
        assertThat(folder).isDirectoryContaining("glob:**.wal").isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void anUnpublishedFileIsDeletedAtTheEnd() throws IOException {
        try (ShadowIndex index = create()) {
            assertThat(index.appendFrom(this::read)).isZero();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void onlyItsOwnerCanReadIt() throws IOException {
        write(wal.transaction(1, 1));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void copiesCommitByCommit() throws IOException {
        try (ShadowIndex index = create()) {
            for (int i = 1; i <= 5; i++) {
                wal.transaction(i * 40, i);
                assertThat(index.appendFrom(this::read)).isPositive();
                assertThat(index.end()).isEqualTo(wal.bytes().length);
                assertThat(index.commitSize()).isEqualTo(i * 40);
                assertThat(index.appendFrom(this::read)).isZero();
            }
            assertThat(file()).hasBinaryContent(wal.bytes());
        }
    }

    @ParameterizedTest(name = "{0} bytes of the last frame are missing")
    @ValueSource(ints = {1, 24, 4096, 4119})
    void aPartialFrameAtTheTailIsHealed(int missing) throws IOException {
        write(wal.transaction(1, 1).transaction(2, 2));
        Files.write(file(), Arrays.copyOf(wal.bytes(), wal.bytes().length - missing));
        try (ShadowIndex index = ShadowIndex.open(file())) {
            assertThat(index).isNotNull();
            assertThat(index.end()).isEqualTo(wal.endOf(1));
            assertThat(index.isUntouched()).isTrue();
            assertThat(index.appendFrom(this::read)).isEqualTo(2 * 4120);
            assertThat(index.end()).isEqualTo(wal.endOf(3));
        }
        assertThat(file()).hasBinaryContent(wal.bytes());
    }

    @Test
    void wholeFramesWithoutACommitAtTheTailAreCutOff() throws IOException {
        write(wal.transaction(1, 1).transaction(3, 2));
        Files.write(file(), Arrays.copyOf(wal.bytes(), (int) wal.endOf(3)));
        try (ShadowIndex index = ShadowIndex.open(file())) {
            assertThat(index).isNotNull();
            assertThat(index.end()).isEqualTo(wal.endOf(1));
            assertThat(Files.size(file())).isEqualTo(wal.endOf(1));
        }
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1, 31, 32, 33, 4151})
    void aFileWithoutACommittedFrameIsNone(int length) throws IOException {
        Files.write(file(), Arrays.copyOf(wal.transaction(1, 1).bytes(), length));
        assertThat(ShadowIndex.open(file())).isNull();
    }

    @Test
    void aFlippedBitEndsWhatIsProved() throws IOException {
        byte[] bytes = wal.transaction(1, 1).transaction(1, 2).transaction(1, 3).bytes();
        bytes[(int) wal.endOf(1) + 100] ^= 1;
        Files.write(file(), bytes);
        try (ShadowIndex index = ShadowIndex.open(file())) {
            assertThat(index).isNotNull();
            assertThat(index.end()).isEqualTo(wal.endOf(1));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"append", "truncate", "delete"})
    void whatSomebodyElseDoesIsSeen(String what) throws IOException {
        wal.transaction(1, 1);
        try (ShadowIndex index = create()) {
            index.appendFrom(this::read);
            assertThat(index.isUntouched()).isTrue();
            switch (what) {
                case "append" -> Files.write(file(), new byte[1], StandardOpenOption.APPEND);
                case "truncate" -> Files.write(file(), new byte[10]);
                default -> Files.delete(file());
            }
            assertThat(index.isUntouched()).isFalse();
        }
    }

    @Test
    void aCopyThatBreaksOffHalfWayIsNoForeignWriterAndIsRepeated() throws IOException {
        wal.transaction(1, 1);
        try (ShadowIndex index = create()) {
            index.appendFrom(this::read);
            wal.transaction(1, 2).transaction(4 * BUFFERED, 3);
            int[] reads = {0};
            assertThatThrownBy(() -> index.appendFrom((buffer, position) -> {
                        if (++reads[0] > 8) {
                            throw new IOException("no space left on device");
                        }
                        return read(buffer, position);
                    }))
                    .hasMessage("no space left on device");
            assertThat(index.isUntouched()).isTrue();
            assertThat(index.appendFrom(this::read)).isPositive();
            assertThat(index.isUntouched()).isTrue();
        }
        assertThat(file()).hasBinaryContent(wal.bytes());
    }

    @Test
    void aTransactionThatWasRewrittenWhileItWasCopiedLeavesNothingBehindTheEnd() throws IOException {
        wal.transaction(1, 1).transaction(1, 2).transaction(4 * BUFFERED, 3);
        byte[] before = wal.bytes();
        byte[] after = wal.rewrite(4, 9).bytes();
        int[] reads = {0};
        try (ShadowIndex index = create()) {
            index.appendFrom((buffer, position) -> read(++reads[0] <= 6 ? before : after, buffer, position));
            assertThat(index.end()).isEqualTo(wal.endOf(2));
            assertThat(index.isUntouched()).isTrue();
            assertThat(Files.size(file())).isEqualTo(index.end());
            assertThat(index.appendFrom(this::read)).isPositive();
        }
        assertThat(file()).hasBinaryContent(after);
    }

    @Nested
    class Segments {

        @ParameterizedTest(name = "from frame {0}")
        @ValueSource(ints = {0, 1, 5, 64, 199})
        void equalTheBytesOfTheWal(int frame) throws IOException {
            write(wal.transaction(5, 1).transaction(195, 2));
            byte[] bytes = wal.bytes();
            long from = wal.endOf(frame);
            assertThat(written(segment(from, bytes.length)))
                    .isEqualTo(Arrays.copyOfRange(bytes, (int) from, bytes.length));
        }

        @Test
        void fromTheStartHaveTheHeader() throws IOException {
            write(wal.transaction(3, 1));
            assertThat(written(segment(0, wal.bytes().length))).isEqualTo(wal.bytes());
        }

        @Test
        void ofNothingAreEndMarks() throws IOException {
            write(wal.transaction(3, 1));
            ShadowSegment mark = segment(wal.endOf(3), wal.endOf(3));
            assertThat(mark.isEndMark()).isTrue();
            assertThat(written(mark)).isEmpty();
        }

        @ParameterizedTest(name = "bit in byte {0}, written from {1}")
        @CsvSource({
            "0, 0",
            "8, 0",
            "20, 4152",
            "28, 0",
            "32, 0",
            "36, 0",
            "40, 4152",
            "48, 0",
            "48, 4152",
            "56, 0",
            "4151, 0",
            "4152, 4152",
            "5000, 4152",
            "8271, 4152"
        })
        void aFlippedBitOfTheDiskNeverReachesAReplica(int at, long from) throws IOException {
            write(wal.transaction(2, 1));
            byte[] bytes = wal.bytes();
            bytes[at] ^= 4;
            Files.write(file(), bytes);
            assertThatThrownBy(() -> written(segment(from, bytes.length)))
                    .isInstanceOf(ContentDamagedException.class)
                    .hasMessageContaining(file().toString());
        }

        @Test
        void aFileThatIsShorterThanItWasIsDamaged() throws IOException {
            write(wal.transaction(2, 1));
            Files.write(file(), Arrays.copyOf(wal.bytes(), 5000));
            assertThatThrownBy(() -> written(segment(0, wal.endOf(2)))).isInstanceOf(ContentDamagedException.class);
        }

        private ShadowSegment segment(long from, long end) {
            return new ShadowSegment(file(), new Position(Generation.parse("0123456789abcdef"), 0, from), end);
        }

        private byte[] written(ShadowSegment segment) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            segment.writeTo(out);
            return out.toByteArray();
        }
    }

    private Path file() {
        return folder.resolve("00000000.wal");
    }

    private ShadowIndex create() throws IOException {
        return ShadowIndex.create(file(), wal.header(), Arrays.copyOf(wal.bytes(), 32));
    }

    private void write(TestWal content) throws IOException {
        try (ShadowIndex index = create()) {
            index.appendFrom((buffer, position) -> read(content.bytes(), buffer, position));
        }
    }

    private int read(ByteBuffer buffer, long position) {
        return read(wal.bytes(), buffer, position);
    }

    private static int read(byte[] bytes, ByteBuffer buffer, long position) {
        int length = (int) Math.max(0, Math.min(buffer.remaining(), bytes.length - position));
        buffer.put(bytes, (int) Math.min(position, bytes.length), length);
        return length;
    }
}
