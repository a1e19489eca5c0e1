package io.litestream4j.replica;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.xxhash.XXHashFactory;

/**
 * What stands before an LZ4 frame's blocks, all little-endian:
 *
 * <pre>
 * offset  0  magic number 0x184D2204
 *         4  flags: version 01 (bits 7, 6), independent blocks (5), block checksums (4), content size given (3),
 *            content checksum (2), reserved 0 (1), dictionary given (0)
 *         5  block size: reserved 0 (bit 7), 4 = 64 KiB to 7 = 4 MiB (bits 6-4), reserved 0 (3-0)
 *         6  content size, 8 bytes, if given
 *            header checksum: second byte of the xxHash-32 of everything from offset 4
 * </pre>
 *
 * <p>Source: the LZ4 frame format description, version 1.6.
 *
 * @param maxBlockSize bytes that a block may hold, uncompressed
 * @param blockChecksums whether each block is followed by its checksum
 * @param contentChecksum whether the frame ends with a checksum of its content
 * @param contentSize bytes of the content; -1 when the header doesn't say
 */
record Lz4FrameHeader(int maxBlockSize, boolean blockChecksums, boolean contentChecksum, long contentSize) {

    static final int MAGIC = 0x184D2204;

    /** Bytes of magic number, flags and block size, after which the rest's length is known. */
    static final int FIXED_SIZE = 6;

    /** Bytes of the longest header. */
    static final int MAX_SIZE = 15;

    private static final int CONTENT_SIZE_FLAG = 0x08;

    /** Bytes of the whole header, from its first {@link #FIXED_SIZE} bytes. */
    static int sizeOf(byte[] start) throws Lz4FrameException {
        int magic = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        if (magic != MAGIC) {
            throw new Lz4FrameException("expected an LZ4 frame's magic number 184d2204, got %08x".formatted(magic));
        }
        int flags = start[4] & 0xff;
        if ((flags & 0xC2) != 0x40) {
            throw new Lz4FrameException("expected an LZ4 frame of version 1, got flags %02x".formatted(flags));
        }
        if ((flags & 0x20) == 0 || (flags & 0x01) != 0) {
            throw new Lz4FrameException(
                    "expected an LZ4 frame of independent blocks without dictionary, got flags %02x".formatted(flags));
        }
        return (flags & CONTENT_SIZE_FLAG) != 0 ? MAX_SIZE : FIXED_SIZE + 1;
    }

    /** Reads a header whose size is known. */
    static Lz4FrameHeader parse(byte[] bytes, int size) throws Lz4FrameException {
        int hash = XXHashFactory.fastestInstance().hash32().hash(bytes, 4, size - 5, 0);
        int expected = (hash >>> 8) & 0xff;
        int actual = bytes[size - 1] & 0xff;
        if (expected != actual) {
            throw new Lz4FrameException(
                    "expected the LZ4 header's checksum to be %02x, got %02x".formatted(expected, actual));
        }
        int blockSize = bytes[5] & 0xff;
        int code = blockSize >>> 4;
        if ((blockSize & 0x8F) != 0 || code < 4) {
            throw new Lz4FrameException(
                    "expected an LZ4 block size of 40, 50, 60 or 70, got %02x".formatted(blockSize));
        }
        int flags = bytes[4] & 0xff;
        long contentSize = (flags & CONTENT_SIZE_FLAG) != 0
                ? ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(FIXED_SIZE)
                : -1;
        if ((flags & CONTENT_SIZE_FLAG) != 0 && contentSize < 0) {
            throw new Lz4FrameException(
                    "expected the size of an LZ4 frame's content, got " + Long.toUnsignedString(contentSize));
        }
        return new Lz4FrameHeader(1 << (8 + 2 * code), (flags & 0x10) != 0, (flags & 0x04) != 0, contentSize);
    }
}
