package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Two generations over five days, made by the engine within seconds: old WAL, snapshots, a rest within a day. */
final class DatedHistory {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Path db;
    private final Path root;
    private final Map<Instant, Integer> rowsAt = new TreeMap<>();
    private Instant time = Instant.now().minus(Duration.ofHours(100)).minus(Duration.ofMinutes(1));
    private int rows;

    private DatedHistory(Path db, Path root) {
        this.db = db;
        this.root = root;
    }

    /** Makes it. */
    static DatedHistory make(Path db, Path root) throws Exception {
        DatedHistory history = new DatedHistory(db, root);
        try (Connection app = Sql.connect(db)) {
            Sql.run(app, "create table t(id integer primary key, x)");
        }
        history.run(6, 3);
        Restores.loseShadow(db);
        history.run(12, 4);
        return history;
    }

    private void run(int commits, int snapshotEvery) throws Exception {
        try (ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                .replica(
                        Restores.replica(root),
                        ReplicaSettings.builder().retention(Duration.ZERO).build())
                .build()) {
            database.open();
            database.start();
            try (Connection app = Sql.connect(db)) {
                Await.until("a position", () -> database.status().position() != null);
                for (int i = 1; i <= commits; i++) {
                    Sql.run(app, "insert into t(x) values (randomblob(3000))");
                    rows++;
                    assertThat(database.syncAll(LIMIT)).isTrue();
                    if (i % snapshotEvery == 0) {
                        assertThat(database.snapshot(LIMIT)).isTrue();
                    } else if (i % 2 == 0) {
                        assertThat(database.seal(LIMIT)).isTrue();
                    }
                    assertThat(database.syncAll(LIMIT)).isTrue();
                    stampNewObjects();
                    rowsAt.put(time, rows);
                }
            }
        }
        stampNewObjects();
        rowsAt.put(time, rows);
    }

    /** What was stored since the last call gets the next of the times of these days. */
    private void stampNewObjects() throws IOException {
        time = time.plus(Duration.ofHours(5));
        Instant before = Instant.now().minus(Duration.ofMinutes(30));
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isAfter(before)) {
                    Files.setLastModifiedTime(file, FileTime.from(time));
                }
            }
        }
    }

    /** Rows of the newest state. */
    int rows() {
        return rows;
    }

    /** Restores each state within the window from a replica, and expects it as it was; restores to files in a folder. */
    void assertWindow(Path replica, Duration retention, Path scratch) throws Exception {
        Instant cutoff = Instant.now().minus(retention);
        for (Map.Entry<Instant, Integer> state : rowsAt.entrySet()) {
            if (!state.getKey().isBefore(cutoff)) {
                assertThat(restoredRows(replica, state.getKey(), scratch))
                        .as("rows at " + state.getKey())
                        .isEqualTo(state.getValue().longValue());
            }
        }
    }

    /** Rows of the state at a time; null: the newest one. */
    static long restoredRows(Path replica, @Nullable Instant at, Path scratch) throws Exception {
        Path target = scratch.resolve("restored");
        new Restorer()
                .restore(RestoreRequest.to(target)
                        .from(List.of(Restores.replica(replica)))
                        .timestamp(at)
                        .build());
        try (Connection connection = Sql.immutable(target)) {
            return Sql.number(connection, "select count(*) from t");
        } finally {
            Files.delete(target);
        }
    }

    /** Expects the newest state from the real binary. */
    void assertBinaryRestores(Path replica, Path scratch) throws Exception {
        Path target = scratch.resolve("by-binary");
        LitestreamBinary.restore(replica, target);
        try (Connection connection = Sql.immutable(target)) {
            assertThat(Sql.number(connection, "select count(*) from t")).isEqualTo(rows);
            assertThat(Sql.text(connection, "pragma integrity_check")).isEqualTo("ok");
        }
        Files.delete(target);
    }
}
