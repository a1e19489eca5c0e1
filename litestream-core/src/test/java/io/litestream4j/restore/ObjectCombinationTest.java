package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.LitestreamException;
import io.litestream4j.NoBackupException;
import io.litestream4j.Position;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaPaths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Objects are missing, in another one's place, or too many.
 *
 * <p>The rule. From the newest snapshot that is left, the objects that are left and say what they said must be the
 * beginning of the history: nothing shows that more was ever written, and the result is the state at its end. Everything
 * else is refused, but what nothing in the format ties to the rest: the newest index may be a whole foreign one, a
 * snapshot may be another one, and an end mark may be put where an index didn't end.
 */
class ObjectCombinationTest {

    private static final int ROUNDS = Integer.getInteger("litestream.test.combinations", 150);
    private static final long SEED = Long.getLong("litestream.test.combinationsSeed", System.nanoTime());

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private SmallHistory history;
    private SmallHistory other;

    @BeforeEach
    void create() throws Exception {
        history = SmallHistory.create(folder.resolve("ours"), new SmallHistory.Shape(512, 1, 12, 1));
        other = SmallHistory.create(folder.resolve("theirs"), new SmallHistory.Shape(512, 2, 40, 1));
    }

    @Test
    void anyObjectsAreDeleted() throws Exception {
        int[] outcomes = new int[2];
        for (int i = 0; i < ROUNDS; i++) {
            ObjectSet left = history.objects.copy();
            for (String name : drawn(left.names())) {
                left.remove(name);
            }
            outcomes[restored(left, "round " + i) ? 0 : 1]++;
        }
        System.out.printf("deleted: %d restored, %d refused, seed %d%n", outcomes[0], outcomes[1], SEED);
        assertThat(outcomes[0]).isPositive();
        assertThat(outcomes[1]).isPositive();
    }

    @Test
    void anyObjectsTakeThePlaceOfOthers() throws Exception {
        int[] outcomes = new int[2];
        for (int i = 0; i < ROUNDS; i++) {
            ObjectSet mixed = history.objects.copy();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                change(mixed);
            }
            outcomes[restored(mixed, "round " + i) ? 0 : 1]++;
        }
        System.out.printf("mixed: %d restored, %d refused, seed %d%n", outcomes[0], outcomes[1], SEED);
        assertThat(outcomes[0]).isPositive();
        assertThat(outcomes[1]).isPositive();
    }

    /** Found before anything is fetched, with both ends of the gap. */
    @Test
    void aGapIsFoundInTheListing() {
        for (String segment : history.segments) {
            boolean needed = positionOf(segment).index() >= 1;
            boolean newest = segment.equals(history.segments.get(history.segments.size() - 1));
            ObjectSet left = history.objects.copy().remove(segment);
            if (needed && !newest && (positionOf(segment).offset() == 0 || isMark(segment))) {
                LitestreamException e = planFailure(left);
                assertThat(e).as(segment).isInstanceOf(CorruptBackupException.class);
                assertThat(e.getMessage()).as(segment).contains("expected", "got");
            }
        }
    }

    /** @return whether a restore succeeded; it was right to then */
    private boolean restored(ObjectSet set, String what) throws Exception {
        byte[] database;
        try {
            database = history.restore(set, OnDamage.FAIL);
        } catch (CorruptBackupException | NoBackupException e) {
            assertThat(mayFail(set))
                    .as("%s, seed %d: %s", what, SEED, e.getMessage())
                    .isTrue();
            return false;
        }
        List<String> used = used(set);
        assertThat(expected(set, used, database))
                .as(
                        "%s, seed %d: %s with %s",
                        what,
                        SEED,
                        base(set),
                        used.stream().map(name -> origin(set, name)).toList())
                .isTrue();
        return true;
    }

    private boolean expected(ObjectSet set, List<String> used, byte[] database) {
        if (!same(set, base(set))) {
            return true; // a whole snapshot in another's place
        }
        List<String> whole = used(history.objects, positionOf(base(set)));
        for (int i = 0; i < used.size(); i++) {
            if (!same(set, used.get(i))) {
                Position at = positionOf(used.get(i));
                boolean wholeNewestIndex = at.offset() == 0
                        && at.index() == positionOf(used.get(used.size() - 1)).index()
                        && !isCopyOfAnEarlierIndex(set, used, i);
                // says where an index ends, but not of which one it is the end
                boolean endMark = Arrays.equals(set.bytes(used.get(i)), Lz4Frames.emptyFrame());
                return wholeNewestIndex || endMark;
            }
            if (i >= whole.size() || !used.get(i).equals(whole.get(i))) {
                return false;
            }
        }
        return Arrays.equals(
                database,
                used.isEmpty()
                        ? history.stateAfter(lastBefore(base(set)))
                        : history.stateAfter(used.get(used.size() - 1)));
    }

    private static boolean isCopyOfAnEarlierIndex(ObjectSet set, List<String> used, int number) {
        return used.subList(0, number).stream()
                .anyMatch(earlier -> Arrays.equals(set.bytes(earlier), set.bytes(used.get(number))));
    }

    private boolean mayFail(ObjectSet set) {
        if (history.snapshots.stream().noneMatch(set::has)) {
            return true;
        }
        List<String> used = used(set);
        List<String> whole = used(history.objects, positionOf(base(set)));
        boolean isBeginning = used.size() <= whole.size() && used.equals(whole.subList(0, used.size()));
        boolean strange = set.names().stream().anyMatch(name -> !same(set, name));
        return strange || !isBeginning;
    }

    private boolean same(ObjectSet set, String name) {
        return history.objects.has(name) && Arrays.equals(set.bytes(name), history.objects.bytes(name));
    }

    /** What stands under a name. */
    private String origin(ObjectSet set, String name) {
        String ours = history.objects.names().stream()
                .filter(other -> Arrays.equals(history.objects.bytes(other), set.bytes(name)))
                .findFirst()
                .orElse("something else");
        return name.equals(ours) || same(set, name) ? name : name + " <- " + ours;
    }

    private String base(ObjectSet set) {
        return set.names().stream()
                .filter(name -> name.startsWith(ReplicaPaths.snapshots(history.generation) + "/"))
                .filter(name -> positionOf(name) != null)
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private String lastBefore(String snapshot) {
        return history.segments.stream()
                .filter(name -> positionOf(name).index() < positionOf(snapshot).index())
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private List<String> used(ObjectSet set) {
        return used(set, positionOf(base(set)));
    }

    private List<String> used(ObjectSet set, Position from) {
        return set.names().stream()
                .filter(name -> name.startsWith(ReplicaPaths.walSegments(history.generation) + "/"))
                .filter(name -> positionOf(name) != null && positionOf(name).compareTo(from) >= 0)
                .toList();
    }

    private Position positionOf(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        var index = ReplicaPaths.parseSnapshotName(file);
        return index.isPresent()
                ? new Position(history.generation, index.getAsInt(), 0)
                : ReplicaPaths.parseSegmentName(history.generation, file);
    }

    private boolean isMark(String segment) {
        return history.objects.bytes(segment).length == 15;
    }

    private LitestreamException planFailure(ObjectSet set) {
        RestoreRequest request = RestoreRequest.to(folder.resolve("planned.db"))
                .from(List.of(set.replica()))
                .build();
        try {
            new Restorer().plan(request);
        } catch (LitestreamException e) {
            return e;
        }
        throw new AssertionError("a plan with a gap");
    }

    private void change(ObjectSet set) {
        String at = any(set.names());
        switch (random.nextInt(7)) {
            case 0 -> set.remove(at);
            case 1 -> set.put(at, history.objects.bytes(any(history.objects.names())));
            case 2 -> set.put(at, other.objects.bytes(any(other.objects.names())));
            case 3 -> set.put(at.replaceAll("_[0-9a-f]{8}", "_%08x".formatted(random.nextInt(5000))), set.bytes(at));
            case 4 ->
                set.put(at.replaceAll("/[0-9a-f]{8}([_.])", "/%08x$1".formatted(random.nextInt(5))), set.bytes(at));
            case 5 -> set.put(any(List.of(at + ".tmp", at.replace('0', 'A'), "generations/x/" + at)), new byte[7]);
            default -> set.put(at, new byte[random.nextInt(20)]);
        }
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }

    private List<String> drawn(List<String> names) {
        List<String> drawn = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            // the newest ones often: their loss is what can't be seen
            drawn.add(random.nextInt(3) == 0 ? names.get(names.size() - i) : any(names));
        }
        return drawn;
    }
}
