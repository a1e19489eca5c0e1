package io.litestream4j.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WalHeaderTest {

    @ParameterizedTest(name = "page size {0}")
    @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
    void eachByteOrderIsRead(int pageSize) {
        WalHeader little = new TestWal(pageSize, false, 7).header();
        WalHeader big = new TestWal(pageSize, true, 7).header();
        assertThat(little.pageSize()).isEqualTo(pageSize);
        assertThat(little.bigEndianChecksums()).isFalse();
        assertThat(big.pageSize()).isEqualTo(pageSize);
        assertThat(big.bigEndianChecksums()).isTrue();
        assertThat(big.salt1()).isEqualTo(7);
        assertThat(big.salt2()).isEqualTo(~7);
    }

    @ParameterizedTest(name = "4 bytes at offset {0} are {1}")
    @CsvSource({
        "0, 377f0681", "0, 377f0684", "0, 00000000", "4, 002de219", "4, 00000000", "8, 00000000", "8, 00000100",
        "8, 00001001", "8, 00020000", "8, ffffffff", "12, 00000001", "16, 00000000", "20, 00000000", "24, 00000000",
        "28, 00000000"
    })
    void anyOtherValueIsNoHeader(int offset, String value) {
        byte[] bytes = new TestWal(4096).bytes();
        ByteBuffer.wrap(bytes).putInt(offset, Integer.parseUnsignedInt(value, 16));
        assertThat(WalHeader.parse(bytes)).isNull();
    }

    @Test
    void aBadValueIsRefusedEvenWithARightChecksum() {
        byte[] bytes = new TestWal(4096).bytes();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).putInt(8, 4097);
        WalChecksum checksum = new WalChecksum(false, 0, 0);
        checksum.update(bytes, 0, 24);
        buffer.putInt(24, checksum.first()).putInt(28, checksum.second());
        assertThat(WalHeader.parse(bytes)).isNull();
    }

    @ParameterizedTest(name = "{0} bytes hold frames up to {1}")
    @CsvSource({"0, 0", "31, 0", "32, 32", "4151, 32", "4152, 4152", "8271, 4152", "8272, 8272", "12392, 12392"})
    void alignsToFrames(long length, long aligned) {
        assertThat(new TestWal(4096).header().align(length)).isEqualTo(aligned);
    }

    @Test
    void offsetsBeyondAnIntAreExact() {
        WalHeader header = new TestWal(65536).header();
        assertThat(header.offsetOfFrame(500_000)).isEqualTo(32 + 500_000L * 65560);
        assertThat(header.framesIn(32 + 500_000L * 65560 + 65559)).isEqualTo(500_000);
        assertThat(new TestWal(4096).header().offsetOfFrame(1000)).isEqualTo(4_120_032);
    }

    @Test
    void aFrameOfAnEarlierUseHasOtherSalts() {
        WalHeader header = new TestWal(512, false, 1).header();
        byte[] same = new TestWal(512, false, 1).frame(1, 1, 0).bytes();
        byte[] other = new TestWal(512, false, 2).frame(1, 1, 0).bytes();
        assertThat(header.hasSaltsOf(WalFrameHeader.parse(same, 32))).isTrue();
        assertThat(header.hasSaltsOf(WalFrameHeader.parse(other, 32))).isFalse();
    }
}
