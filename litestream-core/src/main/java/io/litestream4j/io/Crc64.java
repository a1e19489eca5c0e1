package io.litestream4j.io;

import java.util.zip.Checksum;

/**
 * CRC-64/ISO as Litestream computes it of a database: reflected polynomial {@code 0xD800000000000000}, initial value and
 * final XOR all ones. Not thread-safe.
 */
public final class Crc64 implements Checksum {

    private static final long POLYNOMIAL = 0xD800000000000000L;
    private static final int SLICES = 8;
    private static final long[][] TABLES = tables();

    private long state = -1;

    private static long[][] tables() {
        long[][] tables = new long[SLICES][256];
        for (int value = 0; value < 256; value++) {
            long crc = value;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
            }
            tables[0][value] = crc;
        }
        for (int slice = 1; slice < SLICES; slice++) {
            for (int value = 0; value < 256; value++) {
                long before = tables[slice - 1][value];
                tables[slice][value] = tables[0][(int) before & 0xFF] ^ (before >>> 8);
            }
        }
        return tables;
    }

    @Override
    public void update(int b) {
        state = TABLES[0][(int) (state ^ b) & 0xFF] ^ (state >>> 8);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        for (; end - at >= SLICES; at += SLICES) {
            long next = 0;
            for (int i = 0; i < SLICES; i++) {
                int index = ((int) (state >>> (8 * i)) ^ bytes[at + i]) & 0xFF;
                next ^= TABLES[SLICES - 1 - i][index];
            }
            state = next;
        }
        for (; at < end; at++) {
            update(bytes[at]);
        }
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = -1;
    }
}
