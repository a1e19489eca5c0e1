package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.wal.TestWal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowWalTest {

    private static final Generation GENERATION = Generation.parse("0123456789abcdef");

    @TempDir
    Path folder;

    private MetaDirectory meta;
    private LiveWal live;

    private static final long ALL = Long.MAX_VALUE;

    @BeforeEach
    void prepare() {
        meta = new MetaDirectory(folder.resolve("meta"));
        live = new LiveWal(folder.resolve("app.db"));
    }

    @AfterEach
    void close() throws IOException {
        live.close();
    }

    @Test
    void beginsWithTheFirstCommit() throws Exception {
        TestWal wal = new TestWal(4096).frame(1, 0, 1);
        put(wal);
        assertThat(ShadowWal.begin(meta, GENERATION, live, live.readHeader(), ALL))
                .isNull();
        assertThat(meta.walFolder(GENERATION)).isEmptyDirectory();
        put(wal.frame(2, 2, 1));
        try (ShadowWal shadow = ShadowWal.begin(meta, GENERATION, live, live.readHeader(), ALL)) {
            assertThat(shadow.position()).isEqualTo(at(0, wal.endOf(2)));
        }
    }

    @Test
    void rollsOnlyWithTheFirstCommitOfTheNextIndex() throws Exception {
        try (ShadowWal shadow = threeIndexes()) {
            TestWal next = new TestWal(4096, false, 99);
            put(next);
            assertThat(shadow.roll(live, live.readHeader(), ALL)).isFalse();
            put(next.frame(1, 0, 1));
            assertThat(shadow.roll(live, live.readHeader(), ALL)).isFalse();
            assertThat(shadow.position()).isEqualTo(at(2, 32 + 3 * 4120));
            assertThat(meta.shadowFile(GENERATION, 3)).doesNotExist();
            put(next.frame(2, 2, 1));
            assertThat(shadow.roll(live, live.readHeader(), ALL)).isTrue();
            assertThat(shadow.position()).isEqualTo(at(3, 32 + 2 * 4120));
            assertThat(meta.shadowFile(GENERATION, 3)).hasBinaryContent(next.bytes());
        }
    }

    @Test
    void aHeaderThatChangesBeforeTheFirstCommitIsForgotten() throws Exception {
        try (ShadowWal shadow = threeIndexes()) {
            put(new TestWal(4096, false, 98).frame(1, 0, 1));
            assertThat(shadow.roll(live, live.readHeader(), ALL)).isFalse();
            TestWal next = new TestWal(4096, false, 99).transaction(1, 5);
            put(next);
            assertThat(shadow.roll(live, live.readHeader(), ALL)).isTrue();
            assertThat(meta.shadowFile(GENERATION, 3)).hasBinaryContent(next.bytes());
        }
    }

    @Test
    void opensWhatAnEarlierRunLeft() throws Exception {
        threeIndexes().close();
        try (ShadowWal shadow = ShadowWal.open(meta, GENERATION)) {
            assertThat(shadow).isNotNull();
            assertThat(shadow.position()).isEqualTo(at(2, 32 + 3 * 4120));
            assertThat(shadow.size()).isEqualTo(3 * 32 + 6 * 4120);
        }
    }

    @Test
    void anUnpublishedFileNeverCounts() throws Exception {
        threeIndexes().close();
        Files.copy(meta.shadowFile(GENERATION, 2), meta.walFolder(GENERATION).resolve("00000003.wal.tmp"));
        Files.write(meta.walFolder(GENERATION).resolve("notes.wal"), new byte[1]);
        try (ShadowWal shadow = ShadowWal.open(meta, GENERATION)) {
            assertThat(shadow).isNotNull();
            assertThat(shadow.position().index()).isEqualTo(2);
        }
    }

    @Test
    void aHoleBetweenIndexesIsNoShadowWal() throws Exception {
        threeIndexes().close();
        Files.delete(meta.shadowFile(GENERATION, 1));
        assertThat(ShadowWal.open(meta, GENERATION)).isNull();
    }

    @ParameterizedTest(name = "index {0} is cut to {1} bytes")
    @CsvSource({"0, 0", "0, 31", "1, 32", "1, 33", "2, 31", "2, 32", "2, 4151"})
    void anIndexWithoutACommitIsNoShadowWal(int index, int length) throws Exception {
        threeIndexes().close();
        Path file = meta.shadowFile(GENERATION, index);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
        assertThat(ShadowWal.open(meta, GENERATION)).isNull();
    }

    @Test
    void nothingThereIsNoShadowWal() throws Exception {
        assertThat(ShadowWal.open(meta, GENERATION)).isNull();
    }

    @ParameterizedTest(name = "{0}:{1} goes on with {2} bytes")
    @CsvSource({
        "0, 0, 4152",
        "0, 32, 4120",
        "0, 4152, 0",
        "1, 0, 8272",
        "1, 4152, 4120",
        "1, 8272, 0",
        "2, 0, 12392",
        "2, 8272, 4120"
    })
    void segmentsAtEveryEdge(int index, long offset, long length) throws Exception {
        try (ShadowWal shadow = threeIndexes()) {
            ShadowSegment segment = shadow.segmentFrom(at(index, offset));
            assertThat(segment).isNotNull();
            assertThat(segment.start()).isEqualTo(at(index, offset));
            assertThat(segment.length()).isEqualTo(length);
            assertThat(segment.end()).isEqualTo(at(index, offset + length));
            assertThat(segment.isEndMark()).isEqualTo(length == 0);
        }
    }

    @Test
    void nothingFollowsTheEndOfTheNewestIndex() throws Exception {
        try (ShadowWal shadow = threeIndexes()) {
            assertThat(shadow.segmentFrom(shadow.position())).isNull();
        }
    }

    @ParameterizedTest(name = "{0}:{1}")
    @CsvSource({"0, 4153", "0, 8272", "1, 8273", "2, 12393", "2, 16512", "3, 0", "2147483647, 0"})
    void aReplicaThatHasMoreIsAhead(int index, long offset) throws Exception {
        try (ShadowWal shadow = threeIndexes()) {
            assertThatThrownBy(() -> shadow.segmentFrom(at(index, offset)))
                    .isInstanceOf(GenerationBrokenException.class)
                    .hasMessageStartingWith("replica-ahead");
        }
    }

    @Test
    void whatIsPrunedCanNotBeShipped() throws Exception {
        try (ShadowWal shadow = threeIndexes()) {
            shadow.prune(1);
            assertThat(meta.shadowFile(GENERATION, 0)).doesNotExist();
            assertThat(shadow.holds(at(0, 0))).isFalse();
            assertThat(shadow.holds(at(1, 0))).isTrue();
            assertThatThrownBy(() -> shadow.segmentFrom(at(0, 0))).isInstanceOf(GenerationBrokenException.class);
            assertThat(shadow.segmentFrom(at(1, 0))).isNotNull();
        }
        try (ShadowWal reopened = ShadowWal.open(meta, GENERATION)) {
            assertThat(reopened).isNotNull();
            assertThat(reopened.position()).isEqualTo(at(2, 12392));
            assertThat(reopened.size()).isEqualTo(8272 + 12392);
        }
    }

    @ParameterizedTest(name = "below {0}")
    @ValueSource(ints = {2, 3, Integer.MAX_VALUE})
    void theNewestIndexIsNeverPruned(int below) throws Exception {
        try (ShadowWal shadow = threeIndexes()) {
            shadow.prune(below);
            assertThat(meta.shadowFile(GENERATION, 1)).doesNotExist();
            assertThat(meta.shadowFile(GENERATION, 2)).exists();
            assertThat(shadow.position()).isEqualTo(at(2, 12392));
        }
    }

    @ParameterizedTest(name = "behind {0}:{1}")
    @CsvSource({
        "0, 0, 24816",
        "0, 4152, 20664",
        "1, 0, 20664",
        "1, 4152, 16512",
        "2, 0, 12392",
        "2, 12392, 0",
        "3, 0, 0"
    })
    void countsTheBytesBehindAPosition(int index, long offset, long bytes) throws Exception {
        try (ShadowWal shadow = threeIndexes()) {
            assertThat(shadow.bytesAfter(at(index, offset))).isEqualTo(bytes);
        }
    }

    /** Index 0 has one frame, index 1 has two, index 2 has three. */
    private ShadowWal threeIndexes() throws Exception {
        put(new TestWal(4096, false, 1).transaction(1, 1));
        ShadowWal shadow = ShadowWal.begin(meta, GENERATION, live, live.readHeader(), ALL);
        put(new TestWal(4096, false, 2).transaction(1, 2).transaction(1, 3));
        shadow.roll(live, live.readHeader(), ALL);
        put(new TestWal(4096, false, 3).transaction(3, 4));
        shadow.roll(live, live.readHeader(), ALL);
        return shadow;
    }

    private void put(TestWal wal) throws IOException {
        Files.write(live.path(), wal.bytes());
    }

    private static Position at(int index, long offset) {
        return new Position(GENERATION, index, offset);
    }
}
