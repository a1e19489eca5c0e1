package io.litestream4j.replication;

import static io.litestream4j.database.TestDatabase.PAUSE;
import static io.litestream4j.database.TestDatabase.insert;
import static io.litestream4j.database.TestDatabase.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.database.GenerationBrokenException;
import io.litestream4j.database.SealOutcome.Result;
import io.litestream4j.database.SnapshotImage;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.database.TestDatabase;
import io.litestream4j.database.TestReplica;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaPaths;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica holds when a run begins, and whether the generation can go on there. */
class ReplicaCheckTest {

    @TempDir
    Path folder;

    private TestDatabase database;
    private TestDatabase crashed;
    private TestReplica replica;
    private SourceDatabase source;
    private Connection app;

    @BeforeEach
    void begin() throws Exception {
        database = TestDatabase.create(folder.resolve("run"));
        source = database.openAndBegin();
        app = database.connect();
        replica = new TestReplica(folder);
    }

    @AfterEach
    void close() throws Exception {
        database.close();
        if (crashed != null) {
            crashed.close();
        }
    }

    @Test
    void nothingIsThere() throws Exception {
        assertThat(check(source)).isNull();
    }

    @Test
    void aSnapshotOnly() throws Exception {
        writeSnapshot(source);
        assertFound(at(0, 0), true);
    }

    @Test
    void everything() throws Exception {
        replica.begin(source);
        assertFound(source.position(), false);
    }

    @Test
    void aPrefix() throws Exception {
        shipInserts(3);
        Position shipped = source.position();
        insert(app, 5);
        source.sync();
        assertFound(shipped, false);
    }

    @Test
    void aPrefixThatEndsInAnEarlierIndex() throws Exception {
        shipInserts(3);
        Position shipped = source.position();
        nextIndex();
        nextIndex();
        assertFound(shipped, false);
    }

    @Test
    void aPrefixThatEndsWithAnEndMark() throws Exception {
        shipInserts(3);
        nextIndex();
        replica.ship(source);
        WalSegmentInfo last = last();
        assertThat(last.position().index()).isEqualTo(1);
        replica.client().deleteWalSegments(List.of(last));
        assertThat(last().size()).isEqualTo(Lz4Frames.EMPTY_FRAME_SIZE);
        assertFound(last().position(), false);
    }

    @Test
    void aSnapshotAboveTheSegments() throws Exception {
        shipInserts(1);
        nextIndex();
        replica.ship(source);
        replica.client().deleteWalSegments(List.of(last()));
        writeSnapshot(source);
        assertFound(at(1, 0), true);
    }

    @Test
    void theVolumeWasRolledBackBehindTheLastSegment() throws Exception {
        replica.begin(source);
        crashed = database.afterCrash();
        shipInserts(3);
        assertBroken(crashed.open(), "replica-ahead");
    }

    @Test
    void theVolumeWasRolledBackIntoTheLastSegment() throws Exception {
        replica.begin(source);
        insert(app, 2);
        crashed = database.afterCrash();
        insert(app, 2);
        source.sync();
        replica.ship(source);
        SourceDatabase older = crashed.open();
        older.sync();
        assertThatThrownBy(() -> check(older)).isInstanceOf(ReplicaCheck.DivergedException.class);
    }

    @Test
    void theVolumeWasRolledBackAnIndex() throws Exception {
        replica.begin(source);
        crashed = database.afterCrash();
        insert(app, 2);
        nextIndex();
        replica.ship(source);
        assertBroken(crashed.open(), "the replica goes on at");
    }

    @Test
    void otherRowsWereCommittedAfterTheVolumeWasRolledBack() throws Exception {
        replica.begin(source);
        crashed = database.afterCrash();
        insert(app, 2);
        source.sync();
        replica.ship(source);
        SourceDatabase older = crashed.open();
        run(crashed.connect(), "insert into t(x) values('something else')", "insert into t(x) values('and more')");
        older.sync();
        assertThat(older.position()).isEqualTo(source.position());
        assertThatThrownBy(() -> check(older))
                .isInstanceOf(ReplicaCheck.DivergedException.class)
                .hasMessageContaining("replica-ahead");
    }

    @Test
    void aNewerGenerationIsThere() throws Exception {
        replica.begin(source);
        crashed = database.afterCrash();
        source.breakGeneration("a test");
        assertThat(source.beginGeneration(PAUSE, true)).isTrue();
        Generation newer = source.position().generation();
        replica.begin(source);
        assertBroken(crashed.open(), "replica-ahead: it holds generation " + newer);
    }

    @Test
    void anOlderGenerationIsThere() throws Exception {
        replica.begin(source);
        source.breakGeneration("a test");
        assertThat(source.beginGeneration(PAUSE, true)).isTrue();
        replica.begin(source);
        assertFound(source.position(), false);
    }

    @Test
    void anEndMarkIsMissing() throws Exception {
        shipInserts(2);
        nextIndex();
        replica.ship(source);
        List<WalSegmentInfo> segments = segments();
        WalSegmentInfo mark = segments.get(segments.size() - 2);
        assertThat(mark.size()).isEqualTo(Lz4Frames.EMPTY_FRAME_SIZE);
        replica.client().deleteWalSegments(List.of(mark));
        assertBroken(source, "index 00000000 has no end mark");
    }

    @Test
    void theStartOfTheFirstIndexIsMissing() throws Exception {
        shipInserts(2);
        replica.client().deleteWalSegments(segments().subList(0, 1));
        assertBroken(source, "the replica lacks the start of index 00000000");
    }

    @Test
    void theStartOfALaterIndexIsMissing() throws Exception {
        shipInserts(1);
        nextIndex();
        replica.ship(source);
        WalSegmentInfo start = last();
        assertThat(start.position()).isEqualTo(at(1, 0));
        insert(app, 1);
        source.sync();
        replica.ship(source);
        replica.client().deleteWalSegments(List.of(start));
        assertBroken(source, "the replica lacks the start of index 00000001");
    }

    @Test
    void anIndexIsMissing() throws Exception {
        shipInserts(1);
        nextIndex();
        replica.ship(source);
        List<WalSegmentInfo> before = segments();
        nextIndex();
        replica.ship(source);
        replica.client()
                .deleteWalSegments(segments().stream()
                        .filter(segment -> segment.position().index() == 1)
                        .toList());
        assertThat(segments()).hasSize(before.size());
        assertBroken(source, "the replica lacks the start of index 00000001");
    }

    /** The upload of the first one reported an error, although it had arrived; meanwhile an index began. */
    @Test
    void aFirstSnapshotThatNothingFollowedAndAnother() throws Exception {
        writeSnapshot(source);
        nextIndex();
        writeSnapshot(source);
        assertFound(at(1, 0), true);
        replica.ship(source);
        nextIndex();
        replica.ship(source);
        assertFound(source.position(), false);
        assertThat(replica.restoredRows()).isEqualTo(TestDatabase.rows(app));
    }

    @Test
    void segmentsWithoutASnapshot() throws Exception {
        replica.begin(source);
        replica.client()
                .deleteSnapshots(replica.client().snapshots(source.position().generation()));
        assertBroken(source, "replica-ahead");
    }

    @Test
    void whatTheReplicaEndsWithWasPrunedHere() throws Exception {
        shipInserts(2);
        nextIndex();
        nextIndex();
        source.prune(2);
        assertBroken(source, "the replica goes on at");
    }

    private ReplicaCheck.Found check(SourceDatabase checked) throws Exception {
        return new ReplicaCheck(replica.client(), checked, checked.position().generation(), other -> false).run();
    }

    private void assertFound(Position position, boolean snapshotOnly) throws Exception {
        ReplicaCheck.Found found = check(source);
        assertThat(found).isNotNull();
        assertThat(found.position()).isEqualTo(position);
        assertThat(found.snapshotOnly()).isEqualTo(snapshotOnly);
    }

    private void assertBroken(SourceDatabase checked, String reason) {
        assertThat(checked.brokenReason()).isNotEqualTo("no shadow wal");
        assertThatThrownBy(() -> check(checked))
                .isInstanceOf(GenerationBrokenException.class)
                .hasMessageStartingWith(reason);
    }

    private void writeSnapshot(SourceDatabase from) throws Exception {
        try (SnapshotImage image = from.openSnapshot(true)) {
            replica.writeSnapshot(image);
        }
    }

    /** One segment for each row. */
    @Test
    void aSegmentInTheMiddleWasWrittenAgainBySomebodyElse() throws Exception {
        shipInserts(3);
        List<WalSegmentInfo> segments =
                replica.client().walSegments(source.position().generation());
        Path middle = folder.resolve("replica")
                .resolve(ReplicaPaths.walSegment(segments.get(1).position()));
        Instant last = segments.get(segments.size() - 1).createdAt();
        Files.setLastModifiedTime(middle, FileTime.from(last.plusSeconds(5)));
        assertBroken(source, "segment " + segments.get(1).position() + " on the replica is younger than");
    }

    private void shipInserts(int rows) throws Exception {
        replica.begin(source);
        for (int i = 0; i < rows; i++) {
            insert(app, 1);
            source.sync();
            replica.ship(source);
        }
    }

    private void nextIndex() throws Exception {
        assertThat(source.seal(PAUSE).result()).isEqualTo(Result.SEALED);
        insert(app, 1);
        source.sync();
    }

    private List<WalSegmentInfo> segments() throws Exception {
        return replica.client().walSegments(source.position().generation());
    }

    private WalSegmentInfo last() throws Exception {
        return segments().get(segments().size() - 1);
    }

    private Position at(int index, long offset) {
        return new Position(source.position().generation(), index, offset);
    }
}
