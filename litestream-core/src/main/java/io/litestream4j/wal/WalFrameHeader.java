package io.litestream4j.wal;

import java.nio.ByteBuffer;

/**
 * The 24 bytes before each page in a WAL, all big-endian:
 *
 * <pre>
 * offset  0  page number, from 1
 *         4  for the last frame of a transaction the database's size in pages after it, else 0
 *         8  salt-1, as in the WAL's header
 *        12  salt-2
 *        16  checksum-1 of everything from the WAL's header to the end of this frame's page
 *        20  checksum-2
 * </pre>
 *
 * <p>Source: the SQLite file format description, section 4.1.
 *
 * @param pageNumber number of the page that follows, unsigned, from 1
 * @param commitSize pages of the database after the commit, unsigned; 0 when the transaction goes on
 * @param salt1 first salt
 * @param salt2 second salt
 * @param checksum1 first word of the cumulative checksum
 * @param checksum2 second word of it
 */
public record WalFrameHeader(int pageNumber, int commitSize, int salt1, int salt2, int checksum1, int checksum2) {

    /** Bytes of the header. */
    public static final int SIZE = 24;

    /** Reads the header that begins at an offset of the array. */
    public static WalFrameHeader parse(byte[] bytes, int offset) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, SIZE);
        return new WalFrameHeader(
                buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt(), buffer.getInt());
    }

    /** Whether this is the last frame of a transaction. */
    public boolean isCommit() {
        return commitSize != 0;
    }
}
