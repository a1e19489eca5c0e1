package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalWalkTest {

    private static final int FRAME = 24 + 512;

    @TempDir
    Path folder;

    private final List<String> seen = new ArrayList<>();
    private TestHistory history;
    private StoredObject object;
    private byte[] wal;

    private final FrameSink sink = new FrameSink() {
        @Override
        public void page(int pageNumber, byte[] bytes, int offset) {
            seen.add("page " + pageNumber);
        }

        @Override
        public void commit(long pages) {
            seen.add("commit " + pages);
        }
    };

    @BeforeEach
    void open() throws IOException, SQLException {
        history = new TestHistory(folder, 512);
        wal = history.insert(1, 10).insert(1, 10).wal();
        object = StoredObject.of(
                history.client,
                new SnapshotInfo(history.generation, 0, 1, Instant.EPOCH),
                new WalSegmentInfo(new Position(history.generation, 0, 0), 1, Instant.EPOCH));
    }

    @AfterEach
    void close() throws SQLException {
        history.close();
    }

    @Test
    void framesInOrderAndTheLastCommit() throws IOException {
        WalWalk walk = new WalWalk(512, 1024);
        walk(walk, wal, 0);

        assertThat(seen).startsWith("page 2", "commit 2").endsWith("commit 2");
        assertThat(walk.offset()).isEqualTo(wal.length);
        assertThat(walk.committed()).isEqualTo(wal.length);
        assertThat(walk.isBetweenTransactions()).isTrue();
    }

    @Test
    void everyChangedBitIsDamage() {
        for (int bit = 0; bit < wal.length * 8; bit++) {
            byte[] damaged = wal.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> walk(new WalWalk(512, 1024), damaged, 0))
                    .as("bit %d", bit)
                    .isInstanceOf(CorruptBackupException.class);
        }
    }

    @Test
    void cutInsideAFrameIsDamage() throws IOException {
        for (int length = 1; length < wal.length; length++) {
            byte[] cut = Arrays.copyOf(wal, length);
            if (length >= 32 && (length - 32) % FRAME == 0) {
                walk(new WalWalk(512, 1024), cut, 0);
            } else {
                assertThatThrownBy(() -> walk(new WalWalk(512, 1024), cut, 0))
                        .as("length %d", length)
                        .isInstanceOf(CorruptBackupException.class);
            }
        }
    }

    @Test
    void afterDamageTheWalkGoesOnFromTheLastProvedFrame() throws IOException {
        byte[] damaged = wal.clone();
        damaged[32 + FRAME + 100] ^= 1;
        WalWalk walk = new WalWalk(512, 1024);
        assertThatThrownBy(() -> walk(walk, damaged, 0)).isInstanceOf(CorruptBackupException.class);
        assertThat(walk.offset()).isEqualTo(32 + FRAME);

        walk(walk, wal, (int) walk.offset());
        List<String> again = List.copyOf(seen);
        seen.clear();
        walk(new WalWalk(512, 1024), wal, 0);
        assertThat(again).isEqualTo(seen);
    }

    @Test
    void damageThatStaysIsSeenAgain() {
        byte[] damaged = WalBytes.rechecksummed(withPage(1, 1 << 21 | 1), false);
        WalWalk walk = new WalWalk(512, 1024);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> walk(walk, damaged, (int) walk.offset())).hasMessageContaining("page 2097153");
        }
    }

    @Test
    void pageZeroIsDamage() {
        assertThatThrownBy(() -> walk(new WalWalk(512, 1024), WalBytes.rechecksummed(withPage(0, 0), false), 0))
                .isInstanceOf(CorruptBackupException.class);
    }

    private byte[] withPage(int frame, int pageNumber) {
        byte[] changed = wal.clone();
        ByteBuffer.wrap(changed).putInt(32 + frame * FRAME, pageNumber);
        return changed;
    }

    private void walk(WalWalk walk, byte[] bytes, int from) throws IOException {
        walk.walk(new ByteArrayInputStream(bytes, from, bytes.length - from), object, sink);
    }
}
