package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.RestorePlan;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** What a database's replica gets over days: commits, seals, snapshots, new generations, clocks that jump. */
final class RandomHistory {

    /** Everything that was ever stored. */
    final ListedClient all = new ListedClient();

    /** The same, less what was deleted. */
    final ListedClient pruned = new ListedClient();

    private final Random random;
    private final boolean jumpingClock;
    private final Map<Position, Integer> contents = new HashMap<>();
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private Generation generation;
    private int index;
    private long offset;
    private int content;

    RandomHistory(Random random, boolean jumpingClock) {
        this.random = random;
        this.jumpingClock = jumpingClock;
        begin();
    }

    Instant now() {
        return now;
    }

    Generation current() {
        return generation;
    }

    void step() {
        int kind = random.nextInt(100);
        if (kind < 62) {
            commit();
        } else if (kind < 86) {
            seal();
        } else if (kind < 97) {
            seal();
            commit();
            snapshot();
        } else {
            begin();
        }
    }

    private void begin() {
        generation =
                random.nextInt(3) == 0 ? Generation.parse("%016x".formatted(random.nextLong())) : Generation.random();
        index = 0;
        offset = 0;
        contents.put(new Position(generation, 0, 0), ++content);
        snapshot();
        commit();
    }

    private void commit() {
        tick();
        Position start = new Position(generation, index, offset);
        store(new WalSegmentInfo(start, 100 + random.nextInt(1000), now));
        offset = offset == 0 ? 32 + 4120 : offset + 4120;
        contents.put(start.atOffset(offset), ++content);
    }

    private void seal() {
        if (offset == 0) {
            return;
        }
        Position end = new Position(generation, index, offset);
        if (generation.hasEndMarks()) {
            tick();
            store(new WalSegmentInfo(end, Lz4Frames.EMPTY_FRAME_SIZE, now));
        }
        index++;
        offset = 0;
        contents.put(end.nextIndex(), content);
        commit();
    }

    private void snapshot() {
        tick();
        SnapshotInfo snapshot = new SnapshotInfo(generation, index, 5000, now);
        boolean taken = all.snapshots(generation).stream().anyMatch(other -> other.index() == index);
        if (!taken) {
            all.add(snapshot);
            pruned.add(snapshot);
        }
    }

    private void store(WalSegmentInfo segment) {
        all.add(segment);
        pruned.add(segment);
    }

    private void tick() {
        now = now.plusMillis(1 + random.nextInt(random.nextInt(10) == 0 ? 7_200_000 : 300_000));
        if (jumpingClock && random.nextInt(25) == 0) {
            now = now.minusSeconds(random.nextInt(3600));
        }
    }

    /** What a restore of the state at a time gives: a number for the content, or why there is none. */
    String stateAt(ListedClient client, Instant time) {
        RestoreRequest.Builder request = RestoreRequest.to(Path.of("nowhere"))
                .from(List.of(new Replica("memory", client)))
                .timestamp(time);
        return state(request);
    }

    /** What a restore of the newest state gives. */
    String newestState(ListedClient client) {
        return state(RestoreRequest.to(Path.of("nowhere")).from(List.of(new Replica("memory", client))));
    }

    private String state(RestoreRequest.Builder request) {
        try {
            RestorePlan plan = new Restorer().plan(request.build());
            return plan.generation() + " content " + contentOf(plan);
        } catch (LitestreamException e) {
            return "none: " + e.getClass().getSimpleName();
        }
    }

    private int contentOf(RestorePlan plan) {
        if (plan.segments().isEmpty()) {
            return contents.get(plan.snapshot().position());
        }
        Position last = plan.segments().get(plan.segments().size() - 1).position();
        boolean mark = plan.segments().get(plan.segments().size() - 1).size() == Lz4Frames.EMPTY_FRAME_SIZE;
        return contents.get(mark ? last : last.atOffset(last.offset() == 0 ? 32 + 4120 : last.offset() + 4120));
    }

    /** Times from one to another at which the state may change, and some between. */
    List<Instant> times(Instant from, Instant to, int count) {
        long millis = Math.max(1, Duration.between(from, to).toMillis());
        return IntStream.rangeClosed(0, count)
                .mapToObj(i -> i == 0 ? from : i == count ? to : from.plusMillis(random.nextLong(millis)))
                .toList();
    }
}
