package io.litestream4j.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SQLite's cumulative two-word checksum over a WAL: each frame's checksum continues that of the frame before it, back
 * to the header. Equal checksums of a frame therefore prove the whole chain up to it. Not thread-safe.
 *
 * <p>Source: the SQLite file format description, section 4.2, "Checksum Algorithm".
 */
public final class WalChecksum {

    private static final VarHandle BIG_ENDIAN_INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LITTLE_ENDIAN_INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final boolean bigEndian;
    private int first;
    private int second;

    /**
     * @param bigEndian the byte order of the words that are summed; the WAL's magic number says which
     * @param first first word of the checksum to continue from, 0 at the start of a WAL
     * @param second second word of it
     */
    public WalChecksum(boolean bigEndian, int first, int second) {
        this.bigEndian = bigEndian;
        this.first = first;
        this.second = second;
    }

    /** The checksum that a WAL's frames continue from: the one in its header. */
    public static WalChecksum startingAt(WalHeader header) {
        return new WalChecksum(header.bigEndianChecksums(), header.checksum1(), header.checksum2());
    }

    /**
     * Adds bytes.
     *
     * @param length a multiple of 8
     */
    public void update(byte[] bytes, int offset, int length) {
        if ((length & 7) != 0) {
            throw new IllegalArgumentException("checksummed length must be a multiple of 8, got " + length);
        }
        VarHandle ints = bigEndian ? BIG_ENDIAN_INTS : LITTLE_ENDIAN_INTS;
        int s0 = first;
        int s1 = second;
        for (int i = offset, end = offset + length; i < end; i += 8) {
            s0 += (int) ints.get(bytes, i) + s1;
            s1 += (int) ints.get(bytes, i + 4) + s0;
        }
        first = s0;
        second = s1;
    }

    /** Adds a frame as the WAL does: the first 8 bytes of its header, then its page. */
    public void updateFrame(byte[] bytes, int frameOffset, int pageSize) {
        update(bytes, frameOffset, 8);
        update(bytes, frameOffset + WalFrameHeader.SIZE, pageSize);
    }

    /** Goes back to a state that was seen before. */
    public void reset(int toFirst, int toSecond) {
        first = toFirst;
        second = toSecond;
    }

    /** Whether the checksum is now the one that a frame states. */
    public boolean equalsThatOf(WalFrameHeader frame) {
        return first == frame.checksum1() && second == frame.checksum2();
    }

    /** First word. */
    public int first() {
        return first;
    }

    /** Second word. */
    public int second() {
        return second;
    }
}
