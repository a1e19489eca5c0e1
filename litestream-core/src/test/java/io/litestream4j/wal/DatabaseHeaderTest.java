package io.litestream4j.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseHeaderTest {

    @ParameterizedTest(name = "stored {0}")
    @CsvSource({"512, 512", "4096, 4096", "32768, 32768", "1, 65536"})
    void pageSize(int stored, int expected) {
        assertThat(DatabaseHeader.parse(header(stored))).isEqualTo(new DatabaseHeader(expected, true));
    }

    @Test
    void otherBytesAreNoHeader() {
        assertThat(DatabaseHeader.parse(header(0))).isNull();
        assertThat(DatabaseHeader.parse(header(4097))).isNull();
        assertThat(DatabaseHeader.parse(header(256))).isNull();
        assertThat(DatabaseHeader.parse(new byte[100])).isNull();
        assertThat(DatabaseHeader.parse(new byte[0])).isNull();
    }

    @Test
    void rollbackModeIsNotWalMode() {
        byte[] header = header(4096);
        header[18] = 1;
        header[19] = 1;

        assertThat(DatabaseHeader.parse(header)).isEqualTo(new DatabaseHeader(4096, false));
    }

    @ParameterizedTest(name = "page size {0}")
    @CsvSource({"512, 2097153", "4096, 262145", "65536, 16385"})
    void lockPageHoldsTheFirstByteOfTheSecondGibibyte(int pageSize, int page) {
        assertThat(DatabaseHeader.lockPage(pageSize)).isEqualTo(page);
        assertThat((page - 1L) * pageSize).isEqualTo(1L << 30);
    }

    private static byte[] header(int pageSize) {
        byte[] bytes = new byte[DatabaseHeader.SIZE];
        ByteBuffer.wrap(bytes)
                .put("SQLite format 3\0".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) pageSize)
                .put((byte) 2)
                .put((byte) 2);
        return bytes;
    }
}
