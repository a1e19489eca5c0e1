package io.litestream4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Crc64Test {

    /** The values of Go's hash/crc64 with its ISO table, which Litestream uses. */
    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "a, 3420000000000000",
        "ab, 36c4200000000000",
        "abc, 3776c42000000000",
        "abcd, 336776c420000000",
        "123456789, b90956c775a41001",
    })
    void knownValues(String text, String crc) {
        assertThat(Long.toHexString(crcOf(text.getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(crc);
    }

    @Test
    void inPiecesAndByteByByteAsInOneGo() {
        byte[] bytes = new byte[10_007];
        new Random(7).nextBytes(bytes);
        Crc64 single = new Crc64();
        Crc64 pieces = new Crc64();
        for (byte b : bytes) {
            single.update(b);
        }
        pieces.update(bytes, 0, 13);
        pieces.update(bytes, 13, 4001);
        pieces.update(bytes, 4014, bytes.length - 4014);
        assertThat(single.getValue()).isEqualTo(pieces.getValue()).isEqualTo(crcOf(bytes));
    }

    @Test
    void everyFlippedBitShows() {
        byte[] bytes = new byte[64];
        long intact = crcOf(bytes);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(crcOf(bytes)).isNotEqualTo(intact);
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
        }
    }

    private static long crcOf(byte[] bytes) {
        Crc64 crc = new Crc64();
        crc.update(bytes, 0, bytes.length);
        return crc.getValue();
    }
}
