package io.litestream4j.replica;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Writes one LZ4 frame as Litestream does: independent blocks of 4 MiB, a content checksum, nothing else. The library's
 * own stream takes two buffers of 4 MiB for each frame, however short; a WAL segment is a few kilobytes. Not thread-safe.
 *
 * <p>Format: the LZ4 frame format description, version 1.6.
 */
final class Lz4FrameOutput extends OutputStream {

    private static final byte[] HEADER = {0x04, 0x22, 0x4D, 0x18, 0x64, 0x70, (byte) 0xB9};
    private static final int BLOCK_SIZE = 4 << 20;
    private static final int FIRST_BLOCK_CAPACITY = 64 << 10;
    private static final int UNCOMPRESSED = 0x80000000;
    private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();

    private final OutputStream out;
    private final StreamingXXHash32 checksum = XXHashFactory.fastestInstance().newStreamingHash32(0);
    private byte[] block = new byte[FIRST_BLOCK_CAPACITY];
    private byte[] compressed = new byte[0];
    private int filled;
    private boolean closed;

    /** What every frame of ours begins with. */
    static byte[] header() {
        return HEADER.clone();
    }

    Lz4FrameOutput(OutputStream out) throws IOException {
        this.out = out;
        out.write(HEADER);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        checksum.update(bytes, offset, length);
        int from = offset;
        int left = length;
        while (left > 0) {
            reserve(left);
            int part = Math.min(left, block.length - filled);
            System.arraycopy(bytes, from, block, filled, part);
            filled += part;
            from += part;
            left -= part;
            if (filled == BLOCK_SIZE) {
                writeBlock();
            }
        }
    }

    private void reserve(int more) {
        if (block.length - filled < more && block.length < BLOCK_SIZE) {
            long wanted = Math.max(block.length * 2L, filled + (long) more);
            block = Arrays.copyOf(block, (int) Math.min(BLOCK_SIZE, wanted));
        }
    }

    private void writeBlock() throws IOException {
        int most = COMPRESSOR.maxCompressedLength(filled);
        if (compressed.length < most) {
            compressed = new byte[most];
        }
        int size = COMPRESSOR.compress(block, 0, filled, compressed, 0, most);
        boolean smaller = size < filled;
        writeInt(smaller ? size : filled | UNCOMPRESSED);
        out.write(smaller ? compressed : block, 0, smaller ? size : filled);
        filled = 0;
    }

    private void writeInt(int value) throws IOException {
        out.write(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    /** Ends the frame and closes the stream below; idempotent. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (OutputStream below = out) {
            if (filled > 0) {
                writeBlock();
            }
            writeInt(0);
            writeInt(checksum.getValue());
            below.flush();
        } finally {
            checksum.close();
        }
    }
}
