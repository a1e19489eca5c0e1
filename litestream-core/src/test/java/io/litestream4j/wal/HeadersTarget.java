package io.litestream4j.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.FuzzTarget;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Headers of databases and WALs, and the walk over frames behind them. */
public final class HeadersTarget implements FuzzTarget {

    @Override
    public void accept(byte[] input) {
        DatabaseHeader database = DatabaseHeader.parse(input);
        if (database != null) {
            assertThat(WalHeader.isPageSize(database.pageSize())).isTrue();
            assertThat(DatabaseHeader.lockPage(database.pageSize())).isPositive();
        }
        if (input.length < WalHeader.SIZE) {
            return;
        }
        byte[] wal = input.clone();
        sumUp(wal);
        WalHeader header = WalHeader.parse(wal);
        if (header == null) {
            return;
        }
        assertThat(WalHeader.isPageSize(header.pageSize())).isTrue();
        assertThat(header.align(wal.length)).isBetween(0L, (long) wal.length);
        FrameChain chain = new FrameChain(header);
        for (long i = 0; i < header.framesIn(wal.length); i++) {
            int at = Math.toIntExact(header.offsetOfFrame(i));
            FrameChain before = chain.copy();
            if (!chain.advance(wal, at)) {
                assertThat(chain.isAt(before)).isTrue();
                return;
            }
            WalFrameHeader frame = WalFrameHeader.parse(wal, at);
            assertThat(frame.pageNumber()).isNotZero();
            assertThat(chain.endsWith(frame)).isTrue();
            assertThat(FrameChain.behind(header, frame).isAt(chain)).isTrue();
        }
    }

    /** Makes the header's own checksum right, which chance never finds. */
    private static void sumUp(byte[] wal) {
        WalChecksum checksum = new WalChecksum((wal[3] & 1) != 0, 0, 0);
        checksum.update(wal, 0, 24);
        ByteBuffer.wrap(wal).putInt(24, checksum.first()).putInt(28, checksum.second());
    }

    @Override
    public List<byte[]> seeds() {
        byte[] database = Arrays.copyOf("SQLite format 3\0".getBytes(StandardCharsets.US_ASCII), 100);
        database[16] = 0x10;
        database[18] = 2;
        database[19] = 2;
        return List.of(
                database,
                new TestWal(512).transaction(2, 7).bytes(),
                new TestWal(1024, true, 9).transaction(1, 7).cut(3).bytes());
    }
}
