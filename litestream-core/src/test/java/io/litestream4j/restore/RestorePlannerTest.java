package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestorePlannerTest {

    private static final Generation GENERATION = Generation.parse("00000000000000a1");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final List<SnapshotInfo> snapshots = new ArrayList<>();
    private final List<WalSegmentInfo> segments = new ArrayList<>();

    @Test
    void newestSnapshotAndAllSegmentsFromItsIndexOn() {
        snapshot(0, 0)
                .segment(0, 0, 1)
                .segment(0, 32, 2)
                .snapshot(1, 4)
                .segment(1, 0, 5)
                .segment(2, 0, 6);

        assertThat(newest().snapshot().index()).isEqualTo(1);
        assertThat(offsets(newest())).containsExactly("1:0", "2:0");
        assertThat(newest().objects()).isEqualTo(3);
        assertThat(newest().bytes()).isEqualTo(300);
        assertThat(newest().describe())
                .contains("snapshots/00000001.snapshot.lz4  100", "wal/00000002_00000000.wal.lz4  100");
    }

    @Test
    void snapshotAloneWhenNothingFollows() {
        snapshot(3, 0).segment(1, 0, 0).segment(2, 0, 0);

        assertThat(newest().segments()).isEmpty();
    }

    @Test
    void noSnapshotIsNoPlan() {
        segment(0, 0, 1);

        assertThat(new RestorePlanner(listing(), RestorePoint.NEWEST).plan()).isEmpty();
    }

    @Test
    void firstSegmentOfTheSnapshotsIndexIsMissing() {
        snapshot(1, 0).segment(1, 4152, 1);

        refuses("wal/00000001_00000000.wal.lz4", "next one on the replica", "wal/00000001_00001038.wal.lz4");
    }

    @Test
    void snapshotsIndexIsMissingWhileLaterOnesExist() {
        snapshot(1, 0).segment(2, 0, 1);

        refuses("wal/00000001_00000000.wal.lz4", "wal/00000002_00000000.wal.lz4");
    }

    @Test
    void indexIsSkipped() {
        snapshot(0, 0).segment(0, 0, 1).segment(2, 0, 2);

        refuses("wal/00000001_00000000.wal.lz4", "wal/00000002_00000000.wal.lz4");
    }

    @Test
    void laterIndexLacksItsFirstSegment() {
        snapshot(0, 0).segment(0, 0, 1).segment(1, 4152, 2);

        refuses("wal/00000001_00000000.wal.lz4", "wal/00000001_00001038.wal.lz4");
    }

    @Test
    void gapBelowTheSnapshotDoesNotMatter() {
        snapshot(5, 0).segment(1, 4152, 0).segment(3, 0, 0).segment(5, 0, 1);

        assertThat(offsets(newest())).containsExactly("5:0");
    }

    @Test
    void everyIndexButTheNewestNeedsItsEndMarkWhereThereAreMarks() {
        snapshot(0, 0).segment(0, 0, 1).segment(1, 0, 2).endMark(1, 4152, 3).segment(2, 0, 4);

        refuses("wal/00000000:", "end mark of this index after", "wal/00000000_00000000.wal.lz4");
    }

    @Test
    void newestIndexNeedsNoEndMark() {
        snapshot(0, 0).segment(0, 0, 1).endMark(0, 4152, 2).segment(1, 0, 3);

        assertThat(offsets(newest())).containsExactly("0:0", "0:4152", "1:0");
    }

    @Test
    void nothingComesAfterAnEndMark() {
        snapshot(0, 0).segment(0, 0, 1).endMark(0, 4152, 2).segment(0, 8272, 3);

        refuses("wal/00000000_00002050.wal.lz4", "nothing after the end mark");
    }

    @Test
    void endMarkAloneIsNoIndex() {
        snapshot(0, 0).endMark(0, 0, 1);

        refuses("wal/00000000_00000000.wal.lz4", "header of a WAL index");
    }

    @Test
    void offsetBeyondFourGibibytesSortsByNumber() {
        snapshot(0, 0).segment(0, 0x100000018L, 3).segment(0, 0xfffff000L, 2).segment(0, 0, 1);

        assertThat(offsets(newest())).containsExactly("0:0", "0:4294963200", "0:4294967320");
    }

    @Test
    void timeEndsThePlanAtTheFirstLaterSegment() {
        snapshot(0, 0).segment(0, 0, 1).segment(1, 0, 2).segment(1, 4152, 5);

        assertThat(offsets(at(4))).containsExactly("0:0", "1:0");
        assertThat(offsets(at(5))).hasSize(3);
        assertThat(at(4).lastObjectAt()).isEqualTo(START.plusSeconds(2));
        assertThat(at(4).comparesFollowing()).isFalse();
    }

    @Test
    void timesAreReadAsARunningMaximum() {
        snapshot(0, 0).segment(0, 0, 1).segment(1, 0, 9).segment(1, 4152, 3).segment(2, 0, 10);

        assertThat(offsets(at(5))).containsExactly("0:0");
        assertThat(offsets(at(9))).containsExactly("0:0", "1:0", "1:4152");
    }

    @Test
    void timeAfterTheLastObjectMeansTheNewestStateAndSaysSo() {
        snapshot(0, 0).segment(0, 0, 1);

        assertThat(offsets(at(60))).containsExactly("0:0");
        assertThat(at(60).notes()).hasSize(1).first().asString().contains("the newest state");
        assertThat(at(1).notes()).isEmpty();
    }

    @Test
    void timeBeforeTheFirstSnapshotIsNoPlan() {
        snapshot(0, 5).segment(0, 0, 6);

        assertThat(new RestorePlanner(listing(), RestorePoint.NEWEST.atOrBefore(START)).plan())
                .isEmpty();
    }

    @Test
    void cutInsideTheSnapshotsIndexBeginsWithAnOlderSnapshot() {
        snapshot(0, 0).segment(0, 0, 1).snapshot(1, 2).segment(1, 0, 3).segment(1, 4152, 9);

        assertThat(at(5).snapshot().index()).isZero();
        assertThat(offsets(at(5))).containsExactly("0:0", "1:0");
        assertThat(at(5).comparesFollowing()).isFalse();
    }

    @Test
    void cutInsideTheFirstSnapshotsIndexComparesWhatFollows() {
        snapshot(1, 2).segment(1, 0, 3).segment(1, 4152, 9).segment(2, 0, 10);

        assertThat(at(5).comparesFollowing()).isTrue();
        assertThat(at(5).following()).hasSize(1);
        assertThat(at(5).objects()).isEqualTo(3);
        assertThat(at(9).comparesFollowing()).isFalse();
    }

    @Test
    void gapBelowTheNewerSnapshotKeepsTheComparison() {
        snapshot(0, 0).segment(0, 4152, 1).snapshot(1, 2).segment(1, 0, 3).segment(1, 4152, 9);

        assertThat(at(5).snapshot().index()).isEqualTo(1);
        assertThat(at(5).comparesFollowing()).isTrue();
    }

    @Test
    void indexEndsThePlan() {
        snapshot(0, 0).segment(0, 0, 1).segment(1, 0, 2).segment(1, 4152, 3).segment(2, 0, 4);
        RestorePlan plan = plan(RestorePoint.NEWEST.atIndex(1));

        assertThat(offsets(plan)).containsExactly("0:0", "1:0", "1:4152");
    }

    @Test
    void olderStopsBeforeTheGapAndSaysSo() {
        snapshot(0, 0).segment(0, 0, 1).segment(1, 0, 2).segment(3, 0, 3);
        RestorePlan plan = plan(RestorePoint.NEWEST.orOlder());

        assertThat(offsets(plan)).containsExactly("0:0", "1:0");
        assertThat(plan.notes()).hasSize(1).first().asString().contains("00000002_00000000.wal.lz4");
    }

    @Test
    void olderGoesBackToAnOlderSnapshotWhenTheNewerOneIsDamaged() {
        snapshot(0, 0).segment(0, 0, 1).snapshot(1, 2).segment(1, 0, 3);
        BackupDamage damage = BackupDamage.ofSnapshot(snapshots.get(1), "damaged", null);
        RestorePlan plan = plan(RestorePoint.NEWEST.without(damage));

        assertThat(plan.snapshot().index()).isZero();
        assertThat(offsets(plan)).containsExactly("0:0", "1:0");
    }

    private RestorePlannerTest snapshot(int index, int second) {
        snapshots.add(new SnapshotInfo(GENERATION, index, 100, START.plusSeconds(second)));
        return this;
    }

    private RestorePlannerTest segment(int index, long offset, int second) {
        return stored(index, offset, second, 100);
    }

    private RestorePlannerTest endMark(int index, long offset, int second) {
        return stored(index, offset, second, Lz4Frames.EMPTY_FRAME_SIZE);
    }

    private RestorePlannerTest stored(int index, long offset, int second, long size) {
        segments.add(new WalSegmentInfo(new Position(GENERATION, index, offset), size, START.plusSeconds(second)));
        return this;
    }

    private GenerationListing listing() {
        return new GenerationListing(GENERATION, snapshots, segments);
    }

    private RestorePlan newest() {
        return plan(RestorePoint.NEWEST);
    }

    private RestorePlan at(int second) {
        return plan(RestorePoint.NEWEST.atOrBefore(START.plusSeconds(second)));
    }

    private RestorePlan plan(RestorePoint point) {
        return new RestorePlanner(listing(), point).plan().orElseThrow();
    }

    private static List<String> offsets(RestorePlan plan) {
        return plan.segments().stream()
                .map(segment ->
                        segment.position().index() + ":" + segment.position().offset())
                .toList();
    }

    private void refuses(String... parts) {
        assertThatThrownBy(this::newest)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContainingAll(parts);
    }
}
