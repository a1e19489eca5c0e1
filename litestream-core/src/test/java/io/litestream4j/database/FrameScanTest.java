package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.wal.FrameChain;
import io.litestream4j.wal.TestWal;
import io.litestream4j.wal.WalHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameScanTest {

    /** Frames of 4096 bytes that the scan's buffer holds. */
    private static final int BUFFERED = 256 * 1024 / 4120;

    private final ByteArrayOutputStream handedOver = new ByteArrayOutputStream();

    @Test
    void emptyWal() throws IOException {
        TestWal wal = new TestWal(4096);
        assertThat(scan(wal).end()).isEqualTo(WalHeader.SIZE);
        assertThat(handedOver.size()).isZero();
    }

    @ParameterizedTest(name = "{0} frames in one transaction")
    @ValueSource(ints = {1, 2, BUFFERED - 1, BUFFERED, BUFFERED + 1, 2 * BUFFERED, 2 * BUFFERED + 1, 5 * BUFFERED + 7})
    void aTransactionOfAnyLengthIsHandedOver(int frames) throws IOException {
        TestWal wal = new TestWal(4096).transaction(frames, 1);
        FrameScan.Result result = scan(wal);
        assertThat(result.end()).isEqualTo(wal.endOf(frames));
        assertThat(result.commitSize()).isEqualTo(frames);
        assertHandedOver(wal, wal.endOf(frames));
    }

    @ParameterizedTest(name = "page size {0}, big-endian checksums")
    @ValueSource(ints = {512, 65536})
    void otherPageSizesAndByteOrders(int pageSize) throws IOException {
        TestWal wal = new TestWal(pageSize, true, 3).transaction(1, 1).transaction(700 / (pageSize / 512) + 5, 2);
        FrameScan.Result result = scan(wal);
        assertThat(result.end()).isEqualTo(wal.bytes().length);
        assertHandedOver(wal, result.end());
    }

    @ParameterizedTest(name = "{0} frames follow the last commit")
    @ValueSource(ints = {1, BUFFERED - 1, BUFFERED, 3 * BUFFERED})
    void anUncommittedTailIsNotHandedOver(int tail) throws IOException {
        TestWal wal = new TestWal(4096).transaction(3, 1);
        for (int i = 0; i < tail; i++) {
            wal.frame(i + 1, 0, 2);
        }
        assertThat(scan(wal).end()).isEqualTo(wal.endOf(3));
        assertHandedOver(wal, wal.endOf(3));
    }

    @ParameterizedTest(name = "{0} bytes of the commit frame are missing")
    @ValueSource(ints = {1, 4095, 4096, 4097, 4119})
    void aTornCommitFrameIsNotHandedOver(int missing) throws IOException {
        TestWal wal = new TestWal(4096).transaction(1, 1).transaction(2, 2).cut(missing);
        assertThat(scan(wal).end()).isEqualTo(wal.endOf(1));
        assertHandedOver(wal, wal.endOf(1));
    }

    @Test
    void aCommitFrameWhosePageIsTornInTheMiddleIsNotHandedOver() throws IOException {
        TestWal wal = new TestWal(4096).transaction(1, 1).transaction(2, 2);
        byte[] bytes = wal.bytes();
        Arrays.fill(bytes, bytes.length - 2048, bytes.length, (byte) 0);
        assertThat(scan(wal.header(), () -> bytes, WalHeader.SIZE, new FrameChain(wal.header()))
                        .end())
                .isEqualTo(wal.endOf(1));
    }

    @Test
    void framesOfAnEarlierUseBehindTheEndAreNotHandedOver() throws IOException {
        TestWal earlier = new TestWal(4096, false, 1).transaction(200, 9);
        TestWal wal = new TestWal(4096, false, 2).transaction(4, 1).remainsOf(earlier);
        assertThat(scan(wal).end()).isEqualTo(wal.endOf(4));
        assertHandedOver(wal, wal.endOf(4));
    }

    @Test
    void goesOnWhereItEnded() throws IOException {
        TestWal wal = new TestWal(4096).transaction(2, 1);
        FrameScan.Result first = scan(wal);
        wal.transaction(100, 2).frame(1, 0, 3);
        FrameScan.Result second = scan(wal.header(), wal::bytes, first.end(), first.chain());
        assertThat(second.end()).isEqualTo(wal.endOf(102));
        assertHandedOver(wal, wal.endOf(102));
        FrameScan.Result third = scan(wal.header(), wal::bytes, second.end(), second.chain());
        assertThat(third.end()).isEqualTo(second.end());
        assertThat(third.chain().isAt(second.chain())).isTrue();
    }

    @Test
    void aTransactionThatIsRewrittenBetweenProofAndCopyIsNotHandedOver() throws IOException {
        TestWal wal = new TestWal(4096).transaction(1, 1).transaction(3 * BUFFERED, 2);
        int lastFrame = 3 * BUFFERED;
        byte[] before = wal.bytes();
        byte[] after = wal.rewrite(5, 77).bytes();
        long proved = wal.endOf(lastFrame);
        int[] reads = {0};
        Supplier<byte[]> source = () -> ++reads[0] <= 4 ? before : after;
        FrameScan.Result result = scan(wal.header(), source, WalHeader.SIZE, new FrameChain(wal.header()));
        assertThat(proved).isGreaterThan(result.end());
        assertThat(result.end()).isEqualTo(wal.endOf(1));
        assertThat(result.commitSize()).isEqualTo(1);
    }

    @Test
    void afterARewriteTheNextScanHandsOverTheNewContent() throws IOException {
        TestWal wal = new TestWal(4096).transaction(3 * BUFFERED, 2);
        byte[] before = wal.bytes();
        byte[] after = wal.rewrite(5, 77).bytes();
        int[] reads = {0};
        FrameScan.Result first = scan(
                wal.header(), () -> ++reads[0] <= 4 ? before : after, WalHeader.SIZE, new FrameChain(wal.header()));
        assertThat(first.end()).isEqualTo(WalHeader.SIZE);
        handedOver.reset();
        FrameScan.Result second = scan(wal.header(), () -> after, first.end(), first.chain());
        assertThat(second.end()).isEqualTo(after.length);
        assertHandedOver(wal, after.length);
    }

    private FrameScan.Result scan(TestWal wal) throws IOException {
        return scan(wal.header(), wal::bytes, WalHeader.SIZE, new FrameChain(wal.header()));
    }

    private FrameScan.Result scan(WalHeader header, Supplier<byte[]> source, long from, FrameChain start)
            throws IOException {
        FrameScan.Source reader = (buffer, position) -> read(source.get(), buffer, position);
        return new FrameScan(header, reader).run(from, start, this::take);
    }

    private static int read(byte[] bytes, ByteBuffer buffer, long position) {
        int length = (int) Math.max(0, Math.min(buffer.remaining(), bytes.length - position));
        buffer.put(bytes, (int) Math.min(position, bytes.length), length);
        return length;
    }

    private void take(ByteBuffer frames, long offset) {
        byte[] bytes = new byte[frames.remaining()];
        frames.get(bytes);
        handedOver.writeBytes(bytes);
    }

    private void assertHandedOver(TestWal wal, long end) {
        assertThat(handedOver.toByteArray()).isEqualTo(Arrays.copyOfRange(wal.bytes(), WalHeader.SIZE, (int) end));
    }
}
