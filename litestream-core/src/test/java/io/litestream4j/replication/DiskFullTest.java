package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A volume is full, really: a small one is mounted, and filled. Then there is room again. */
@Timeout(120)
class DiskFullTest {

    private static final int ROUNDS = Integer.getInteger("litestream.test.diskFullRounds", 2);
    private static final int FILES = 40;

    @TempDir
    Path folder;

    @Test
    void folderOfTheShadowWalIsFullUntilThereIsRoomAgain() throws Exception {
        try (SmallVolume volume = SmallVolume.mount(folder.resolve("small"), 16)) {
            try (ReplicatedDatabase database = database(
                            folder.resolve("app.db"),
                            folder.resolve("replica"),
                            volume.root().resolve("meta"));
                    Connection app = begin(database)) {
                for (int round = 0; round < ROUNDS; round++) {
                    volume.fill();
                    try (LogLines log = LogLines.open()) {
                        insert(app, 50);
                        Await.until("the problem", () -> database.status().problemSince() != null);
                        assertThat(database.status().detail())
                                .contains(volume.root().toString(), "needed", "free");
                        awaitLooks(database, 2);
                        insert(app, 50);
                        assertThat(log.troubles())
                                .singleElement()
                                .satisfies(line -> assertThat(line)
                                        .startsWith("ERROR")
                                        .contains("no space left", volume.root().toString()));
                        assertThat(volume.files()).isLessThan(FILES);
                    }
                    volume.free();
                    Await.until(
                            "the end of the problem", () -> database.status().problemSince() == null);
                    assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
                }
            }
            Restores.assertEqual(folder.resolve("replica"), folder.resolve("app.db"), folder.resolve("restored.db"));
        }
    }

    @Test
    void volumeOfTheReplicaIsFullUntilThereIsRoomAgain() throws Exception {
        try (SmallVolume volume = SmallVolume.mount(folder.resolve("small"), 16)) {
            try (ReplicatedDatabase database =
                            database(folder.resolve("app.db"), volume.root().resolve("replica"), null);
                    Connection app = begin(database)) {
                for (int round = 0; round < ROUNDS; round++) {
                    volume.fill();
                    try (LogLines log = LogLines.open()) {
                        insert(app, 50);
                        awaitReplica(database, ReplicaState.RETRYING);
                        assertThat(database.status().replicas().get(0).lastError())
                                .contains(volume.root().toString(), "needed", "free");
                        Instant first = database.status().replicas().get(0).lastErrorAt();
                        Await.until(
                                "another attempt",
                                () -> database.status()
                                        .replicas()
                                        .get(0)
                                        .lastErrorAt()
                                        .isAfter(first));
                        insert(app, 50);
                        assertThat(log.troubles())
                                .singleElement()
                                .satisfies(line -> assertThat(line)
                                        .contains("no space left", volume.root().toString()));
                        assertThat(volume.files()).isLessThan(FILES);
                    }
                    volume.free();
                    awaitReplica(database, ReplicaState.REPLICATING);
                    assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
                }
            }
            Restores.assertEqual(
                    volume.root().resolve("replica"), folder.resolve("app.db"), folder.resolve("restored.db"));
        }
    }

    @Test
    void volumeOfTheDatabaseIsFullUntilThereIsRoomAgain() throws Exception {
        try (SmallVolume volume = SmallVolume.mount(folder.resolve("small"), 16)) {
            try (ReplicatedDatabase database = database(
                            volume.root().resolve("app.db"), folder.resolve("replica"), folder.resolve("meta"));
                    Connection app = begin(database)) {
                for (int round = 0; round < ROUNDS; round++) {
                    volume.fill();
                    try (LogLines log = LogLines.open()) {
                        assertThatThrownBy(() -> insert(app, 2000)).isInstanceOf(SQLException.class);
                        awaitLooks(database, 2);
                        assertThat(log.troubles()).hasSizeLessThanOrEqualTo(1);
                        assertThat(volume.files()).isLessThan(FILES);
                    }
                    volume.free();
                    insert(app, 20);
                    Await.until("no problem", () -> database.status().problemSince() == null);
                    assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
                }
            }
            Restores.assertEqual(
                    folder.resolve("replica"), volume.root().resolve("app.db"), folder.resolve("restored.db"));
        }
    }

    @Test
    void volumeThatIsRestoredToIsTooSmall() throws Exception {
        try (SmallVolume volume = SmallVolume.mount(folder.resolve("small"), 1)) {
            try (ReplicatedDatabase database = database(folder.resolve("app.db"), folder.resolve("replica"), null);
                    Connection app = begin(database)) {
                insert(app, 300);
                assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
            }
            Path target = volume.root().resolve("restored.db");
            assertThatThrownBy(() -> Restores.newest(folder.resolve("replica"), target))
                    .isInstanceOf(DatabaseAccessException.class)
                    .hasMessageContainingAll(volume.root().toString(), "no space left", "needed", "free");
            try (Stream<Path> left = Files.list(volume.root())) {
                assertThat(left).isEmpty();
            }
            volume.resize(32);
            Restores.assertEqual(folder.resolve("replica"), folder.resolve("app.db"), target);
        }
    }

    private ReplicatedDatabase database(Path file, Path replica, Path meta) {
        return ReplicatedDatabase.builder(file)
                .replica(Restores.replica(replica), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(ReplicationSettings.builder()
                        .metaPath(meta)
                        .monitorInterval(Duration.ofMillis(50))
                        .minCheckpointPageCount(50)
                        .shutdownTimeout(Duration.ofSeconds(5))
                        .build())
                .build();
    }

    private Connection begin(ReplicatedDatabase database) throws Exception {
        database.open();
        Connection app = Sql.connect(database.database());
        Sql.run(app, "create table t(id integer primary key, x)");
        database.start();
        Await.until("a position", () -> database.status().position() != null);
        assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
        return app;
    }

    private void insert(Connection app, int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            Sql.run(app, "insert into t(x) values (randomblob(10000))");
        }
    }

    private static void awaitLooks(ReplicatedDatabase database, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            Instant last = database.status().looks().lastEndedAt();
            Callable<Boolean> looked =
                    () -> database.status().looks().lastEndedAt().isAfter(last);
            Await.until("another look", looked);
        }
    }

    private static void awaitReplica(ReplicatedDatabase database, ReplicaState state) throws Exception {
        Await.until(
                "the replica is " + state,
                () -> database.status().replicas().get(0).state() == state);
    }
}
