package io.litestream4j.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Lz4FramesTest {

    private static final String HEADER = "04224d186470b9";

    @Test
    void headerIsLitestreams() throws IOException {
        assertThat(hex(compressed(new byte[100]))).startsWith(HEADER);
    }

    @Test
    void frameOfNothing() throws IOException {
        assertThat(hex(Lz4Frames.emptyFrame())).isEqualTo(HEADER + "00000000" + "055dcc02");
        assertThat(Lz4Frames.emptyFrame()).hasSize(Lz4Frames.EMPTY_FRAME_SIZE);
        assertThat(decompressed(Lz4Frames.emptyFrame())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 9 << 20})
    void contentOfAnySizeComesBack(int size) throws IOException {
        byte[] content = content(size);

        assertThat(decompressed(compressed(content))).isEqualTo(content);
    }

    @ParameterizedTest
    @EnumSource(BLOCKSIZE.class)
    void everyBlockSizeAndChecksumIsRead(BLOCKSIZE blockSize) throws IOException {
        byte[] content = content(300_000);

        assertThat(decompressed(frame(blockSize, content, FLG.Bits.BLOCK_INDEPENDENCE)))
                .isEqualTo(content);
        assertThat(decompressed(frame(
                        blockSize,
                        content,
                        FLG.Bits.BLOCK_INDEPENDENCE,
                        FLG.Bits.CONTENT_CHECKSUM,
                        FLG.Bits.CONTENT_SIZE)))
                .isEqualTo(content);
    }

    @Test
    void everyChangedBitIsFoundOrHarmless() throws IOException {
        byte[] content = content(2000);
        byte[] frame = compressed(content);
        for (int bit = 0; bit < frame.length * 8; bit++) {
            byte[] damaged = frame.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            try {
                assertThat(decompressed(damaged)).as("bit %d", bit).isEqualTo(content);
            } catch (Lz4FrameException e) {
                assertThat(e).as("bit %d", bit).hasMessageContaining("expected");
            }
        }
    }

    @Test
    void frameCutAtEveryLength() throws IOException {
        byte[] frame = compressed(content(2000));
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> decompressed(cut))
                    .as("length %d", length)
                    .isInstanceOf(Lz4FrameException.class)
                    .hasMessageContaining("end of the object at byte " + length);
        }
    }

    @Test
    void anythingAfterTheFrame() throws IOException {
        byte[] frame = compressed(content(100));
        byte[] two = Arrays.copyOf(frame, frame.length * 2);
        System.arraycopy(frame, 0, two, frame.length, frame.length);

        refuses(Arrays.copyOf(frame, frame.length + 1), "got more bytes");
        refuses(two, "got more bytes");
    }

    @Test
    void otherMagicNumbers() {
        refuses(HexFormat.of().parseHex("02214c180000000000000000"), "got 184c2102"); // legacy frame
        refuses(HexFormat.of().parseHex("502a4d180000000000000000"), "got 184d2a50"); // skippable frame
        refuses("SQLite format 3\0".getBytes(StandardCharsets.US_ASCII), "magic number");
    }

    @Test
    void blockChecksumsAreProved() throws IOException {
        // written by hand, since the library can't: one stored block "abc" with its checksum
        byte[] frame =
                HexFormat.of().parseHex("04224d18" + "7040" + "00" + "03000080" + "616263" + "00000000" + "00000000");
        var hash = XXHashFactory.fastestInstance().hash32();
        frame[6] = (byte) (hash.hash(frame, 4, 2, 0) >>> 8);
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(14, hash.hash(frame, 11, 3, 0));

        assertThat(decompressed(frame)).isEqualTo(new byte[] {'a', 'b', 'c'});
        frame[12] ^= 1;
        refuses(frame, "checksum of the LZ4 block at byte 7");
    }

    @Test
    void linkedBlocksAreRefused() {
        // the flags say that blocks depend on each other
        refuses(HexFormat.of().parseHex("04224d1844400000000000"), "independent blocks");
    }

    @Test
    void blockThatClaimsMoreThanTheFrameAllows() {
        byte[] bomb = HexFormat.of().parseHex(HEADER + "ffffff7f" + "00");

        refuses(bomb, "1 to 4194304 bytes at byte 7, got one of 2147483647");
    }

    /** Found by fuzzing: a size of 2^63 bytes or more was taken for one that isn't given. */
    @ParameterizedTest(name = "content size {0}")
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0, 1, 299_999, 300_001})
    void contentSizeThatIsNotTrue(long size) throws IOException {
        byte[] frame = frame(BLOCKSIZE.SIZE_64KB, content(300_000), FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.CONTENT_SIZE);
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putLong(6, size);
        frame[14] = (byte) (XXHashFactory.fastestInstance().hash32().hash(frame, 4, 10, 0) >>> 8);

        refuses(frame, "content, got");
    }

    @Test
    void dictionaryIsRefused() {
        refuses(HexFormat.of().parseHex("04224d1861400000000000"), "without dictionary");
    }

    /** A megabyte of zeros is a block of a few kilobytes, which is small enough for a frame of smaller blocks. */
    @Test
    void blockThatExpandsBeyondTheFramesBlockSize() throws IOException {
        byte[] frame = frame(BLOCKSIZE.SIZE_4MB, new byte[1 << 20], FLG.Bits.BLOCK_INDEPENDENCE);
        frame[5] = 0x40;
        frame[6] = (byte) (XXHashFactory.fastestInstance().hash32().hash(frame, 4, 2, 0) >>> 8);

        refuses(frame, "for at most 65536 bytes in the block at byte 7");
    }

    @Test
    void errorsOfTheStreamBelowStayWhatTheyAre() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return read();
            }
        };

        assertThatThrownBy(() -> Lz4Frames.decompress(broken).read())
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("connection reset");
    }

    private static void refuses(byte[] bytes, String message) {
        assertThatThrownBy(() -> decompressed(bytes))
                .isInstanceOf(Lz4FrameException.class)
                .hasMessageContaining(message);
    }

    /** Half of it can be compressed. */
    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        Arrays.fill(content, size / 2, size, (byte) 'x');
        return content;
    }

    private static byte[] compressed(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = Lz4Frames.compress(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] frame(BLOCKSIZE blockSize, byte[] content, FLG.Bits... bits) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new LZ4FrameOutputStream(bytes, blockSize, content.length, bits)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] decompressed(byte[] frame) throws IOException {
        try (InputStream in = Lz4Frames.decompress(new ByteArrayInputStream(frame))) {
            return in.readAllBytes();
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
