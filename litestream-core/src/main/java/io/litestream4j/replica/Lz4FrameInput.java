package io.litestream4j.replica;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHashFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads exactly one LZ4 frame and demands that the stream ends with it.
 *
 * <p>The library's own stream is not used: it takes two buffers of 4 MiB for each object however small, skips what is
 * not a frame, and doesn't look behind the frame's end. Here buffers grow with the blocks that are met, never beyond
 * one block. Not thread-safe.
 */
final class Lz4FrameInput extends InputStream {

    /** A block marked so is stored as it is. */
    private static final int UNCOMPRESSED = 0x80000000;

    /** LZ4 can't expand more than this. */
    private static final long MAX_EXPANSION = 255;

    private final InputStream in;
    private final LZ4SafeDecompressor decompressor =
            LZ4Factory.fastestInstance().safeDecompressor();
    private final StreamingXXHash32 contentHash =
            XXHashFactory.fastestInstance().newStreamingHash32(0);
    private final byte[] word = new byte[4];
    private byte[] stored = new byte[0];
    private byte[] block = new byte[0];
    private int blockPosition;
    private int blockEnd;
    private @Nullable Lz4FrameHeader header;
    private long bytesRead;
    private long contentLength;
    private boolean ended;

    Lz4FrameInput(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (blockPosition == blockEnd) {
            if (ended) {
                return -1;
            }
            nextBlock(header == null ? readHeader() : header);
        }
        int count = Math.min(length, blockEnd - blockPosition);
        System.arraycopy(block, blockPosition, target, offset, count);
        blockPosition += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        ended = true;
        blockPosition = blockEnd;
        contentHash.close();
        in.close();
    }

    private Lz4FrameHeader readHeader() throws IOException {
        byte[] bytes = new byte[Lz4FrameHeader.MAX_SIZE];
        readFully(bytes, 0, Lz4FrameHeader.FIXED_SIZE, "header");
        int size = Lz4FrameHeader.sizeOf(bytes);
        readFully(bytes, Lz4FrameHeader.FIXED_SIZE, size - Lz4FrameHeader.FIXED_SIZE, "header");
        Lz4FrameHeader parsed = Lz4FrameHeader.parse(bytes, size);
        header = parsed;
        return parsed;
    }

    private void nextBlock(Lz4FrameHeader frame) throws IOException {
        long at = bytesRead;
        int marker = readInt("block size");
        if (marker == 0) {
            endFrame(frame);
            return;
        }
        int size = marker & ~UNCOMPRESSED;
        if (size > frame.maxBlockSize() || size == 0) {
            throw new Lz4FrameException("expected an LZ4 block of 1 to %d bytes at byte %d, got one of %d"
                    .formatted(frame.maxBlockSize(), at, size));
        }
        stored = atLeast(stored, size);
        readFully(stored, 0, size, "block");
        if (frame.blockChecksums()) {
            int expected = XXHashFactory.fastestInstance().hash32().hash(stored, 0, size, 0);
            requireChecksum("block at byte " + at, expected, readInt("block checksum"));
        }
        blockPosition = 0;
        blockEnd = (marker & UNCOMPRESSED) != 0 ? takeStored(size) : decompress(size, frame.maxBlockSize(), at);
        contentLength += blockEnd;
        if (frame.contentChecksum()) {
            contentHash.update(block, 0, blockEnd);
        }
    }

    private int takeStored(int size) {
        byte[] swap = block;
        block = stored;
        stored = swap;
        return size;
    }

    private int decompress(int size, int maxBlockSize, long at) throws Lz4FrameException {
        int limit = (int) Math.min(maxBlockSize, size * MAX_EXPANSION);
        block = atLeast(block, limit);
        try {
            return decompressor.decompress(stored, 0, size, block, 0, limit);
        } catch (LZ4Exception | IndexOutOfBoundsException e) {
            throw new Lz4FrameException(
                    "expected %d bytes of LZ4 data for at most %d bytes in the block at byte %d, got something else"
                            .formatted(size, limit, at),
                    e);
        }
    }

    private void endFrame(Lz4FrameHeader frame) throws IOException {
        if (frame.contentChecksum()) {
            requireChecksum("content", contentHash.getValue(), readInt("content checksum"));
        }
        if (frame.contentSize() >= 0 && frame.contentSize() != contentLength) {
            throw new Lz4FrameException(
                    "expected %d bytes of content, got %d".formatted(frame.contentSize(), contentLength));
        }
        if (in.read() >= 0) {
            throw new Lz4FrameException(
                    "expected the object to end with its LZ4 frame at byte " + bytesRead + ", got more bytes");
        }
        ended = true;
    }

    private static void requireChecksum(String what, int expected, int actual) throws Lz4FrameException {
        if (expected != actual) {
            throw new Lz4FrameException(
                    "expected the checksum of the LZ4 %s to be %08x, got %08x".formatted(what, expected, actual));
        }
    }

    private int readInt(String what) throws IOException {
        readFully(word, 0, word.length, what);
        return ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    private void readFully(byte[] target, int offset, int length, String what) throws IOException {
        int count = in.readNBytes(target, offset, length);
        bytesRead += count;
        if (count < length) {
            throw new Lz4FrameException("expected the rest of an LZ4 frame (%s), got the end of the object at byte %d"
                    .formatted(what, bytesRead));
        }
    }

    private static byte[] atLeast(byte[] buffer, int size) {
        return buffer.length >= size ? buffer : new byte[size];
    }
}
