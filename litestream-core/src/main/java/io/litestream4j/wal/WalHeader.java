package io.litestream4j.wal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The first 32 bytes of a WAL, all big-endian:
 *
 * <pre>
 * offset  0  magic: 0x377f0682 (checksums over little-endian words) or 0x377f0683 (big-endian words)
 *         4  format version 3007000
 *         8  page size
 *        12  checkpoint sequence number
 *        16  salt-1
 *        20  salt-2
 *        24  checksum-1 of bytes 0-23
 *        28  checksum-2
 * </pre>
 *
 * <p>Source: the SQLite file format description, section 4.1.
 *
 * @param bigEndianChecksums byte order of the words that checksums sum up
 * @param pageSize bytes of a page, a power of two from 512 to 65536
 * @param salt1 first salt, repeated in each frame of this WAL
 * @param salt2 second salt
 * @param checksum1 first word of the header's checksum, from which the first frame continues
 * @param checksum2 second word of it
 */
public record WalHeader(boolean bigEndianChecksums, int pageSize, int salt1, int salt2, int checksum1, int checksum2) {

    /** Bytes of the header. */
    public static final int SIZE = 32;

    private static final int MAGIC_LITTLE_ENDIAN = 0x377f0682;
    private static final int MAGIC_BIG_ENDIAN = 0x377f0683;
    private static final int VERSION = 3007000;
    private static final int CHECKSUMMED_BYTES = 24;

    /**
     * Reads a header.
     *
     * @param bytes at least 32 bytes, of which the first 32 are read
     * @return null when magic, version, page size or checksum is not that of a WAL header
     */
    public static @Nullable WalHeader parse(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int magic = buffer.getInt(0);
        int pageSize = buffer.getInt(8);
        if ((magic != MAGIC_LITTLE_ENDIAN && magic != MAGIC_BIG_ENDIAN)
                || buffer.getInt(4) != VERSION
                || !isPageSize(pageSize)) {
            return null;
        }
        boolean bigEndian = magic == MAGIC_BIG_ENDIAN;
        WalChecksum checksum = new WalChecksum(bigEndian, 0, 0);
        checksum.update(bytes, 0, CHECKSUMMED_BYTES);
        if (checksum.first() != buffer.getInt(24) || checksum.second() != buffer.getInt(28)) {
            return null;
        }
        return new WalHeader(
                bigEndian, pageSize, buffer.getInt(16), buffer.getInt(20), checksum.first(), checksum.second());
    }

    /** Whether SQLite can have pages of that size. */
    public static boolean isPageSize(int size) {
        return size >= 512 && size <= 65536 && Integer.bitCount(size) == 1;
    }

    /** Bytes of one frame: its header and a page. */
    public int frameSize() {
        return WalFrameHeader.SIZE + pageSize;
    }

    /** Whether a frame belongs to this WAL and not to an earlier use of the same file. */
    public boolean hasSaltsOf(WalFrameHeader frame) {
        return salt1 == frame.salt1() && salt2 == frame.salt2();
    }

    /** Number of whole frames in the first {@code length} bytes of the WAL. */
    public long framesIn(long length) {
        return length < SIZE ? 0 : (length - SIZE) / frameSize();
    }

    /** Offset at which a frame begins, counted from 0. */
    public long offsetOfFrame(long frame) {
        return SIZE + frame * frameSize();
    }

    /** The greatest frame boundary, or header boundary, that is not beyond {@code length}. */
    public long align(long length) {
        return length < SIZE ? 0 : offsetOfFrame(framesIn(length));
    }
}
