package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replication.RetentionPlan.Deletion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be deleted, decided by listings alone. */
class RetentionPlanTest {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Generation OURS = Generation.random();
    private static final Generation OLD = Generation.parse("00000000000000a1");

    private final ListedClient replica = new ListedClient();

    @Test
    void theNewestSnapshotBeforeTheCutoffStaysWithItsWal() {
        snapshot(OURS, 0, 0);
        index(OURS, 0, 1);
        index(OURS, 1, 10);
        snapshot(OURS, 2, 20);
        index(OURS, 2, 19);
        snapshot(OURS, 3, 30);
        index(OURS, 3, 29);
        segment(OURS, 4, 0, 60, 500);

        RetentionPlan plan = plan(60);

        assertThat(plan.cutoff()).isEqualTo(at(36));
        assertThat(names(plan))
                .containsExactly(
                        "s0", "s2", "2:8272", "2:4152", "1:8272", "1:4152", "0:8272", "0:4152", "2:0", "1:0", "0:0");
        assertThat(plan.snapshotWanted()).isTrue();
    }

    @Test
    void nothingIsOldEnough() {
        snapshot(OURS, 0, 0);
        index(OURS, 0, 1);
        index(OURS, 1, 10);
        snapshot(OURS, 2, 12);
        index(OURS, 2, 11);
        assertThat(plan(35).deletions()).isEmpty();
        assertThat(plan(35).snapshotWanted()).isFalse();
    }

    @Test
    void aSnapshotWithoutItsFirstSegmentDoesntCount() {
        snapshot(OURS, 0, 0);
        index(OURS, 0, 1);
        snapshot(OURS, 1, 2);
        segment(OLD, 0, 0, 60, 500); // only moves the clock
        assertThat(plan(60).deletions()).isEmpty();
        assertThat(plan(60).gap()).isNull();
    }

    @Test
    void aGapIsNamedAndNothingIsDeleted() {
        snapshot(OURS, 0, 0);
        index(OURS, 0, 1);
        snapshot(OURS, 1, 3);
        index(OURS, 1, 2);
        segment(OURS, 3, 0, 60, 500);
        RetentionPlan plan = plan(60);
        assertThat(plan.deletions()).isEmpty();
        assertThat(plan.gap()).contains(ReplicaPaths.walSegment(new Position(OURS, 2, 0)));
    }

    /** Not the local clock: one that is days ahead must not delete what the replica got an hour ago. */
    @Test
    void aLocalClockThatIsAheadDoesntCount() {
        snapshot(OURS, 0, 0);
        index(OURS, 0, 1);
        snapshot(OURS, 1, 10);
        index(OURS, 1, 9);
        assertThat(plan(24 * 365).deletions()).isEmpty();
    }

    @Test
    void aLocalClockThatIsBehindDeletesLess() {
        snapshot(OURS, 0, 0);
        index(OURS, 0, 1);
        snapshot(OURS, 1, 10);
        index(OURS, 1, 9);
        segment(OURS, 2, 0, 40, 500);
        assertThat(plan(30).deletions()).isEmpty();
        assertThat(plan(40).deletions()).isNotEmpty();
    }

    @Test
    void anOlderGenerationGoesWhenALaterOneCoversTheCutoff() {
        snapshot(OLD, 0, 0);
        segment(OLD, 0, 0, 1, 500);
        snapshot(OURS, 0, 5);
        segment(OURS, 0, 0, 6, 500);
        segment(OURS, 0, 4152, 28, 500);
        assertThat(names(plan(28))).isEmpty();
        segment(OURS, 0, 8272, 30, 500);
        assertThat(names(plan(30))).containsExactly("s0", "0:0");
        assertThat(plan(30).deletions().get(0).snapshots().get(0).generation()).isEqualTo(OLD);
    }

    /** What was newest from the old one's last object to the new one's first snapshot is the old one's. */
    @Test
    void anOlderGenerationStaysWhileItsLastStateIsWithinTheWindow() {
        snapshot(OLD, 0, 0);
        segment(OLD, 0, 0, 1, 500);
        snapshot(OURS, 0, 50);
        segment(OURS, 0, 0, 51, 500);
        assertThat(plan(51).deletions()).isEmpty();
        segment(OURS, 0, 4152, 74, 500);
        assertThat(names(plan(74))).containsExactly("s0", "0:0");
    }

    @Test
    void aGenerationThatIsLaterByTheClockStaysAndIsNamed() {
        snapshot(OURS, 0, 0);
        segment(OURS, 0, 0, 30, 500);
        snapshot(OLD, 0, 1000);
        segment(OLD, 0, 0, 1001, 500);
        RetentionPlan plan = plan(2000);
        assertThat(plan.deletions()).isEmpty();
        assertThat(plan.later()).containsExactly(OLD);
    }

    @Test
    void anIdleDatabaseGetsNoSnapshot() {
        snapshot(OURS, 0, 0);
        segment(OURS, 0, 0, 40, 500);
        assertThat(plan(1000).snapshotWanted()).isFalse();
        segment(OURS, 0, 4152, 41, Lz4Frames.EMPTY_FRAME_SIZE);
        assertThat(plan(1000).snapshotWanted()).isFalse();
        segment(OURS, 1, 0, 42, 500);
        assertThat(plan(1000).snapshotWanted()).isTrue();
    }

    @Test
    void manySegmentsGoInBatches() {
        snapshot(OURS, 0, 0);
        for (int i = 0; i < 2500; i++) {
            segment(OURS, 0, i == 0 ? 0 : 32 + i * 4120L, 1, 500);
        }
        segment(OURS, 0, 32 + 2500 * 4120L, 1, Lz4Frames.EMPTY_FRAME_SIZE);
        segment(OURS, 1, 0, 2, 500);
        snapshot(OURS, 1, 3);
        segment(OURS, 1, 4152, 4, Lz4Frames.EMPTY_FRAME_SIZE);
        segment(OURS, 2, 0, 40, 500);
        RetentionPlan plan = plan(40);
        assertThat(plan.segments()).isEqualTo(2501);
        assertThat(plan.deletions())
                .allSatisfy(deletion -> assertThat(deletion.segments()).hasSizeLessThanOrEqualTo(RetentionPlan.BATCH))
                .hasSize(5);
    }

    /** Against everything that was ever stored: whatever is deleted, no state within the window changes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyInstantWithinTheWindowStaysRestorableAfterEachDeletion(boolean jumpingClock) {
        long seed = Long.getLong("litestream.test.seed", System.nanoTime());
        int deleted = 0;
        int compared = 0;
        for (int run = 0; run < 150; run++) {
            RandomHistory history = new RandomHistory(new Random(seed + run), jumpingClock);
            Random random = new Random(seed - run);
            Instant cutoff = Instant.MIN; // a clock that was set back can't bring back what has gone
            for (int i = 0; i < 60; i++) {
                history.step();
                if (random.nextInt(6) == 0) {
                    RetentionPlan plan = RetentionPlan.of(
                            history.pruned.histories(), history.current(), history.now(), Duration.ofHours(6));
                    cutoff = plan.cutoff().isAfter(cutoff) ? plan.cutoff() : cutoff;
                    int allowed = random.nextInt(3) == 0 ? Integer.MAX_VALUE : random.nextInt(20);
                    for (Deletion one : singles(plan).stream().limit(allowed).toList()) {
                        history.pruned.deleteSnapshots(one.snapshots());
                        history.pruned.deleteWalSegments(one.segments());
                        deleted++;
                        compared += assertWindow(history, cutoff, 3, seed + run);
                    }
                    compared += assertWindow(history, cutoff, 40, seed + run);
                }
            }
        }
        System.out.printf(
                "retention: %d objects deleted, %d states compared, clock jumps %b, seed %d%n",
                deleted, compared, jumpingClock, seed);
        assertThat(deleted).isGreaterThan(1000);
    }

    /** A replica that is written and pruned for long doesn't grow for ever. */
    @Test
    void whatIsKeptIsBounded() {
        RandomHistory history = new RandomHistory(new Random(1), false);
        for (int i = 0; i < 1500; i++) {
            history.step();
            RetentionPlan plan =
                    RetentionPlan.of(history.pruned.histories(), history.current(), history.now(), Duration.ofHours(6));
            plan.deletions().forEach(deletion -> {
                history.pruned.deleteSnapshots(deletion.snapshots());
                history.pruned.deleteWalSegments(deletion.segments());
            });
        }
        assertThat(history.pruned.objects()).isLessThan(history.all.objects() / 5);
    }

    private static int assertWindow(RandomHistory history, Instant cutoff, int count, long seed) {
        List<Instant> times = history.times(cutoff, history.now(), count);
        for (Instant time : times) {
            assertThat(history.stateAt(history.pruned, time))
                    .as("state at %s, cutoff %s, seed %d", time, cutoff, seed)
                    .isEqualTo(history.stateAt(history.all, time));
        }
        assertThat(history.newestState(history.pruned)).isEqualTo(history.newestState(history.all));
        return times.size() + 1;
    }

    private static List<Deletion> singles(RetentionPlan plan) {
        return plan.deletions().stream()
                .flatMap(deletion -> Stream.concat(
                        deletion.snapshots().stream().map(snapshot -> new Deletion(List.of(snapshot), List.of())),
                        deletion.segments().stream().map(segment -> new Deletion(List.of(), List.of(segment)))))
                .toList();
    }

    private RetentionPlan plan(int hour) {
        return RetentionPlan.of(replica.histories(), OURS, at(hour), DAY);
    }

    private static List<String> names(RetentionPlan plan) {
        return singles(plan).stream()
                .map(one -> Stream.concat(
                                one.snapshots().stream().map(s -> "s" + s.index()),
                                one.segments().stream()
                                        .map(s -> s.position().index() + ":"
                                                + s.position().offset()))
                        .collect(Collectors.joining()))
                .toList();
    }

    private static Instant at(int hour) {
        return START.plus(Duration.ofHours(hour));
    }

    private void snapshot(Generation generation, int index, int hour) {
        replica.add(new SnapshotInfo(generation, index, 5000, at(hour)));
    }

    private void segment(Generation generation, int index, long offset, int hour, int size) {
        replica.add(new WalSegmentInfo(new Position(generation, index, offset), size, at(hour)));
    }

    /** A finished index: two segments and the mark. */
    private void index(Generation generation, int index, int hour) {
        segment(generation, index, 0, hour, 500);
        segment(generation, index, 4152, hour, 500);
        segment(generation, index, 8272, hour, Lz4Frames.EMPTY_FRAME_SIZE);
    }
}
