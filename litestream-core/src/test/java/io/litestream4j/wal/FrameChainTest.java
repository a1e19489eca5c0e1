package io.litestream4j.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameChainTest {

    @TempDir
    Path folder;

    @ParameterizedTest(name = "page size {0}")
    @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
    void provesWhatSqliteWrites(int pageSize) throws Exception {
        byte[] wal = walOfSqlite(pageSize);
        WalHeader header = WalHeader.parse(wal);
        assertThat(header).isNotNull();
        assertThat(header.pageSize()).isEqualTo(pageSize);
        FrameChain chain = new FrameChain(header);
        long frames = header.framesIn(wal.length);
        assertThat(frames).isGreaterThan(2);
        int commits = 0;
        for (long frame = 0; frame < frames; frame++) {
            int offset = (int) header.offsetOfFrame(frame);
            assertThat(chain.advance(wal, offset)).as("frame %d", frame).isTrue();
            commits += WalFrameHeader.parse(wal, offset).isCommit() ? 1 : 0;
        }
        assertThat(commits).isEqualTo(3);
        assertThat(header.align(wal.length)).isEqualTo(wal.length);
    }

    private byte[] walOfSqlite(int pageSize) throws Exception {
        Path database = folder.resolve("app.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma page_size=" + pageSize);
            statement.execute("pragma journal_mode=wal");
            statement.execute("pragma wal_autocheckpoint=0");
            statement.execute("create table t(x)");
            statement.execute("insert into t values(randomblob(3000))");
            statement.execute("insert into t values(randomblob(3000))");
            return Files.readAllBytes(Path.of(database + "-wal"));
        }
    }

    @Test
    void aFrameThatDoesNotContinueLeavesTheChainWhereItIs() {
        TestWal wal = new TestWal(512).transaction(3, 1);
        byte[] bytes = wal.bytes();
        FrameChain chain = new FrameChain(wal.header());
        assertThat(chain.advance(bytes, (int) wal.endOf(1))).isFalse();
        assertThat(chain.advance(bytes, (int) wal.endOf(0))).isTrue();
        FrameChain before = chain.copy();
        assertThat(chain.advance(bytes, (int) wal.endOf(2))).isFalse();
        assertThat(chain.isAt(before)).isTrue();
        assertThat(chain.advance(bytes, (int) wal.endOf(1))).isTrue();
        assertThat(chain.isAt(before)).isFalse();
        assertThat(chain.advance(bytes, (int) wal.endOf(2))).isTrue();
    }

    @ParameterizedTest(name = "byte {0} of the frame")
    @ValueSource(ints = {0, 3, 7, 8, 15, 16, 23, 24, 300, 535})
    void aFlippedBitAnywhereInAFrameIsSeen(int at) {
        TestWal wal = new TestWal(512).transaction(2, 1);
        byte[] bytes = wal.bytes();
        bytes[WalHeader.SIZE + at] ^= 1;
        assertThat(new FrameChain(wal.header()).advance(bytes, WalHeader.SIZE)).isFalse();
    }

    @Test
    void pageZeroIsNoFrame() {
        TestWal wal = new TestWal(512).frame(0, 1, 1);
        assertThat(new FrameChain(wal.header()).advance(wal.bytes(), WalHeader.SIZE))
                .isFalse();
    }

    @Test
    void goesOnBehindAKnownFrame() {
        TestWal wal = new TestWal(512, true, 5).transaction(3, 1);
        byte[] bytes = wal.bytes();
        WalFrameHeader second = WalFrameHeader.parse(bytes, (int) wal.endOf(1));
        FrameChain chain = FrameChain.behind(wal.header(), second);
        assertThat(chain.endsWith(second)).isTrue();
        assertThat(chain.advance(bytes, (int) wal.endOf(2))).isTrue();
        assertThat(chain.endsWith(second)).isFalse();
    }

    @Test
    void aCopyMovesOnByItself() {
        TestWal wal = new TestWal(512).transaction(2, 1);
        FrameChain chain = new FrameChain(wal.header());
        FrameChain copy = chain.copy();
        assertThat(copy.advance(wal.bytes(), WalHeader.SIZE)).isTrue();
        assertThat(chain.isAt(new FrameChain(wal.header()))).isTrue();
        assertThat(chain.advance(wal.bytes(), WalHeader.SIZE)).isTrue();
        assertThat(chain.isAt(copy)).isTrue();
    }
}
