package io.litestream4j.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalChecksumTest {

    /** The first 24 bytes of a WAL's header, the first 8 of a frame's, and a table leaf of eight small rows. */
    private static final byte[] VECTOR = vector();

    private static byte[] vector() {
        HexFormat hex = HexFormat.of();
        ByteBuffer bytes = ByteBuffer.allocate(24 + 8 + 4096);
        bytes.put(hex.parseHex("377f0682" + "002de218" + "00001000" + "00000000" + "52382eac" + "857b1a4e"));
        bytes.put(hex.parseHex("00000002" + "00000002"));
        bytes.put(hex.parseHex("0d00000008" + "0fe000"));
        for (int row = 1; row <= 8; row++) {
            bytes.putShort((short) (4096 - 4 * row));
            bytes.put(bytes.capacity() - 4 * row, new byte[] {2, (byte) row, 2, 9});
        }
        return bytes.array();
    }

    @Test
    void theKnownVectorInOnePass() {
        WalChecksum checksum = new WalChecksum(false, 0, 0);
        checksum.update(VECTOR, 0, VECTOR.length);
        assertIs(checksum, 0xdc2f3e84, 0x540488d3);
    }

    @Test
    void theKnownVectorInThreePasses() {
        WalChecksum checksum = new WalChecksum(false, 0, 0);
        checksum.update(VECTOR, 0, 24);
        assertIs(checksum, 0x81153b65, 0x87178e8f);
        WalChecksum next = new WalChecksum(false, checksum.first(), checksum.second());
        next.update(VECTOR, 24, 8);
        next.update(VECTOR, 32, 4096);
        assertIs(next, 0xdc2f3e84, 0x540488d3);
    }

    @ParameterizedTest(name = "in steps of {0} bytes")
    @ValueSource(ints = {8, 16, 24, 512})
    void stepsMakeNoDifference(int step) {
        WalChecksum whole = new WalChecksum(true, 1, 2);
        WalChecksum stepwise = new WalChecksum(true, 1, 2);
        whole.update(VECTOR, 0, VECTOR.length);
        for (int at = 0; at < VECTOR.length; at += step) {
            stepwise.update(VECTOR, at, Math.min(step, VECTOR.length - at));
        }
        assertIs(stepwise, whole.first(), whole.second());
    }

    @Test
    void bigEndianWordsAreTheSwappedLittleEndianOnes() {
        ByteBuffer swapped = ByteBuffer.allocate(VECTOR.length);
        for (int at = 0; at < VECTOR.length; at += 4) {
            swapped.putInt(at, Integer.reverseBytes(ByteBuffer.wrap(VECTOR).getInt(at)));
        }
        WalChecksum checksum = new WalChecksum(true, 0, 0);
        checksum.update(swapped.array(), 0, VECTOR.length);
        assertIs(checksum, 0xdc2f3e84, 0x540488d3);
    }

    @Test
    void aFrameCountsWithoutItsSaltsAndItsOwnChecksum() {
        byte[] frame = new byte[24 + 512];
        frame[3] = 1;
        frame[100] = 7;
        WalChecksum one = new WalChecksum(false, 5, 6);
        one.updateFrame(frame, 0, 512);
        frame[8] = 99;
        frame[23] = 99;
        WalChecksum other = new WalChecksum(false, 5, 6);
        other.updateFrame(frame, 0, 512);
        assertIs(other, one.first(), one.second());
    }

    @Test
    void halfAWordPairIsRefused() {
        WalChecksum checksum = new WalChecksum(false, 0, 0);
        assertThatThrownBy(() -> checksum.update(VECTOR, 0, 12)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertIs(WalChecksum checksum, int first, int second) {
        assertThat(checksum.first()).isEqualTo(first);
        assertThat(checksum.second()).isEqualTo(second);
    }
}
