package io.litestream4j.wal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the first bytes of a database file say, all big-endian:
 *
 * <pre>
 * offset  0  "SQLite format 3" and a zero byte
 *        16  page size, 2 bytes; 1 means 65536
 *        18  write version, 1 byte: 2 for WAL
 *        19  read version, 1 byte: 2 for WAL
 * </pre>
 *
 * <p>Source: the SQLite file format description, section 1.3.
 *
 * @param pageSize bytes of a page, a power of two from 512 to 65536
 * @param walMode whether the database is in WAL mode
 */
public record DatabaseHeader(int pageSize, boolean walMode) {

    /** Bytes of the whole header. */
    public static final int SIZE = 100;

    /** The byte that SQLite locks; the page that holds it is never used, so never in a WAL. */
    private static final long LOCK_BYTE = 0x40000000L;

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    /**
     * Reads a header.
     *
     * @param bytes at least 100 bytes, or all that the file has
     * @return null when it isn't the header of a SQLite database
     */
    public static @Nullable DatabaseHeader parse(byte[] bytes) {
        if (bytes.length < SIZE || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            return null;
        }
        int stored = (bytes[16] & 0xff) << 8 | (bytes[17] & 0xff);
        int pageSize = stored == 1 ? 65536 : stored;
        return WalHeader.isPageSize(pageSize) ? new DatabaseHeader(pageSize, bytes[18] == 2 && bytes[19] == 2) : null;
    }

    /** Number of the page that SQLite never uses, for a page size. */
    public static int lockPage(int pageSize) {
        return (int) (LOCK_BYTE / pageSize) + 1;
    }
}
