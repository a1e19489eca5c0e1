package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A history of three indexes, each of two segments and, but for the last, an end mark; with the database as it was after
 * each object. A restore from its objects, changed, either fails with an exception that says where, or gives one of
 * these states.
 */
final class SmallHistory {

    final ObjectSet objects;
    final Generation generation;

    /** Segments and marks by position. */
    final List<String> segments = new ArrayList<>();

    final List<String> snapshots = new ArrayList<>();
    private final Map<String, byte[]> states = new HashMap<>();
    private final Path target;
    private final Path folder;
    private final Restorer restorer;

    private SmallHistory(Path folder, TestHistory history, Shape shape) throws IOException, SQLException {
        this.folder = Files.createDirectories(folder.resolve("restored"));
        this.target = this.folder.resolve("restored.db");
        this.restorer =
                new Restorer(Clock.systemUTC(), System::nanoTime, new Retries(2, Duration.ofNanos(1)), 64 << 10);
        for (int index = 0; index < 3; index++) {
            if (index == 0 || index == shape.secondSnapshot()) {
                history.snapshot();
            }
            for (int segment = 0; segment < 2; segment++) {
                history.insert(shape.rows() + index, shape.rowSize() + segment)
                        .insert(1, 5)
                        .ship();
                remember(history);
            }
            if (index < 2) {
                history.seal();
                remember(history);
            }
        }
        this.objects = ObjectSet.of(history.root);
        this.generation = history.generation;
        objects.names().stream().filter(name -> name.contains("/snapshots/")).forEach(snapshots::add);
    }

    /**
     * How large it is.
     *
     * @param secondSnapshot index of the second snapshot; -1 for none
     */
    record Shape(int pageSize, int rows, int rowSize, int secondSnapshot) {}

    static final Shape SMALL = new Shape(512, 1, 12, -1);

    static SmallHistory create(Path folder, Shape shape) throws IOException, SQLException {
        Files.createDirectories(folder);
        try (TestHistory history = new TestHistory(folder, shape.pageSize())) {
            return new SmallHistory(folder, history.inAGenerationOfOurs(), shape);
        }
    }

    private void remember(TestHistory history) throws IOException, SQLException {
        String newest = ObjectSet.of(history.root).names().stream()
                .filter(name -> name.contains("/wal/") && !segments.contains(name))
                .findFirst()
                .orElseThrow();
        segments.add(newest);
        states.put(newest, history.state());
    }

    /** The database after that segment was applied. */
    byte[] stateAfter(String segment) {
        return states.get(segment);
    }

    byte[] newest() {
        return stateAfter(segments.get(segments.size() - 1));
    }

    boolean isCommittedState(byte[] database) {
        return states.values().stream().anyMatch(state -> Arrays.equals(state, database));
    }

    /** The restored bytes; throws what the restore throws. Nothing is left in either case. */
    byte[] restore(ObjectSet from, OnDamage onDamage) throws IOException {
        try {
            restorer.restore(RestoreRequest.to(target)
                    .from(List.of(from.replica()))
                    .onDamage(onDamage)
                    .parallelism(1)
                    .build());
            return Files.readAllBytes(target);
        } finally {
            Files.deleteIfExists(target);
            assertNothingIsLeft();
        }
    }

    /**
     * Restores a set in which one object was damaged.
     *
     * @return whether that was found; if not, the newest state was restored all the same
     */
    boolean findsDamage(ObjectSet damaged, String object, Object what) throws IOException {
        try {
            assertThat(Arrays.equals(restore(damaged, OnDamage.FAIL), newest()))
                    .as("%s %s: another database than the newest state was restored", object, what)
                    .isTrue();
            return false;
        } catch (LitestreamException e) {
            assertThat(e)
                    .as("%s %s", object, what)
                    .isInstanceOf(CorruptBackupException.class)
                    .hasMessageContainingAll("expected", "got");
            // of an end mark, or what has its size, the exception may be of what it is missed by: it names both
            assertThat(e.getMessage()).as("%s %s", object, what).contains(object);
            return true;
        }
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }
}
