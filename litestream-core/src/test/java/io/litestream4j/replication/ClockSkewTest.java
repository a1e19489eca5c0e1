package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The host's clock is wrong, or jumps: order is by position, and the newest history is never deleted. */
@Timeout(300)
class ClockSkewTest {

    private static final int ROUNDS = Integer.getInteger("litestream.test.clockRounds", 2);
    private static final List<Duration> JUMPS = List.of(
            Duration.ofDays(-3), Duration.ofDays(6), Duration.ofHours(-1), Duration.ofDays(-6), Duration.ofDays(3));

    @TempDir
    Path folder;

    @Test
    void clockThatJumpsWhileItRuns() throws Exception {
        Path file = folder.resolve("app.db");
        MovingClock clock = new MovingClock();
        try (Connection app = Sql.connect(file);
                ReplicatedDatabase database = ReplicatedDatabase.builder(file)
                        .replica(
                                Restores.replica(folder.resolve("replica")),
                                ReplicaSettings.builder()
                                        .syncInterval(Duration.ZERO)
                                        .retention(Duration.ofHours(1))
                                        .build())
                        .clock(clock)
                        .build()) {
            Sql.run(app, "create table t(id integer primary key, x)");
            database.open();
            database.start();
            Await.until("a position", () -> database.status().position() != null);
            int rows = 0;
            for (int jump = 0; jump < ROUNDS * JUMPS.size(); jump++) {
                clock.advance(JUMPS.get(jump % JUMPS.size()));
                Sql.run(app, "insert into t(x) values (randomblob(5000))");
                rows++;
                assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
                if (jump % 2 == 0) {
                    assertThat(database.snapshot(Duration.ofSeconds(20))).isTrue();
                }
                Object ignored = database.enforceRetention();
                assertThat(rowsOnReplica(jump)).isEqualTo(rows);
            }
            assertThat(database.status().problemSince()).isNull();
        }
        assertThat(Restores.generations(folder.resolve("replica"))).hasSize(1);
        Restores.assertEqual(folder.resolve("replica"), file, folder.resolve("restored.db"));
    }

    /** One run after the other, each in a process that believes in another day. */
    @Test
    void processesThatLiveInDifferentWeeks() throws Exception {
        Outside.assumeCommand("faketime");
        Home home = Home.create(folder);
        for (String day : List.of("-3d", "+3d", "-3d")) {
            try (Child child = home.start(
                    List.of("env", "FAKETIME_FORCE_MONOTONIC_FIX=0", "DONT_FAKE_MONOTONIC=1", "faketime", "-f", day))) {
                home.awaitAcknowledged(child, 100);
                assertThat(child.ask("snapshot")).as(home.log()).isEqualTo("true");
                String deleted = child.ask("retention");
                home.awaitAcknowledged(child, 50);
                home.assertRestores();
                System.out.println("faketime " + day + ": retention " + deleted);
                home.end(child);
            }
        }
    }

    private long rowsOnReplica(int jump) throws Exception {
        Path restored = folder.resolve("restored-" + jump + ".db");
        Restores.newest(folder.resolve("replica"), restored);
        try (Connection connection = Sql.immutable(restored)) {
            return Sql.number(connection, "select count(*) from t");
        }
    }
}
