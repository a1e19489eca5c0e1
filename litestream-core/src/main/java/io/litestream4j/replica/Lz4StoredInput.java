package io.litestream4j.replica;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * An LZ4 frame around bytes that aren't compressed: its size follows from theirs, so it is known before they are read. Not
 * thread-safe.
 */
final class Lz4StoredInput extends InputStream {

    private static final int BLOCK_SIZE = 4 << 20;
    private static final int UNCOMPRESSED = 0x80000000;
    private static final int FRAME_SIZE = Lz4Frames.EMPTY_FRAME_SIZE;

    private final InputStream content;
    private final StreamingXXHash32 checksum = XXHashFactory.fastestInstance().newStreamingHash32(0);
    private long left;
    private byte[] ready = Lz4FrameOutput.header();
    private int position;
    private boolean ended;

    /** @param length bytes to take of the content */
    Lz4StoredInput(InputStream content, long length) {
        this.content = content;
        this.left = length;
    }

    /** Bytes of the frame around so many. */
    static long size(long length) {
        long blocks = (length + BLOCK_SIZE - 1) / BLOCK_SIZE;
        return FRAME_SIZE + blocks * Integer.BYTES + length;
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
        while (position == ready.length) {
            if (ended) {
                return -1;
            }
            ready = left > 0 ? block() : end();
            position = 0;
        }
        int count = Math.min(length, ready.length - position);
        System.arraycopy(ready, position, target, offset, count);
        position += count;
        return count;
    }

    /** A block; a content that ends early ends the frame in its middle, as a file that was cut does. */
    private byte[] block() throws IOException {
        int wanted = (int) Math.min(BLOCK_SIZE, left);
        byte[] bytes = content.readNBytes(wanted);
        checksum.update(bytes, 0, bytes.length);
        left -= wanted;
        ended = bytes.length < wanted;
        ByteArrayOutputStream block = new ByteArrayOutputStream(bytes.length + Integer.BYTES);
        block.writeBytes(little(wanted | UNCOMPRESSED));
        block.writeBytes(bytes);
        return block.toByteArray();
    }

    private byte[] end() {
        ended = true;
        return ByteBuffer.allocate(2 * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0)
                .putInt(checksum.getValue())
                .array();
    }

    private static byte[] little(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    @Override
    public void close() throws IOException {
        try (checksum) {
            content.close();
        }
    }
}
