package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ModelReplica.Weather;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replica stores what it is given, and the answer that it has is lost. */
class LostReplyTest {

    @TempDir
    Path folder;

    @Test
    void firstSnapshotThatWasStoredWithoutAnAnswerIsFollowedByItsSegmentsAlthoughItsIndexIsOver() throws Exception {
        Path db = folder.resolve("app.db");
        ModelReplica client = new ModelReplica(folder.resolve("replica"), Clock.systemUTC());
        Entries.create(db);
        client.weather(Weather.REPLY_LOST);
        try (ReplicatedDatabase engine = ReplicatedDatabase.builder(db)
                .replica(new Replica("file", client), ReplicaSettings.syncingEvery(Duration.ZERO))
                .build()) {
            engine.open();
            engine.start();
            Await.until("an error", () -> engine.status().replicas().get(0).lastError() != null);
            try (Connection application = Sql.connect(db)) {
                Sql.run(application, "create table later(id integer)");
                assertThat(engine.seal(Duration.ofSeconds(10))).isTrue();
                Sql.run(application, "create table latest(id integer)");
                assertThat(engine.sync().index()).isEqualTo(1);
            }
            client.weather(Weather.FINE);
            assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        }
        for (Generation generation : client.generations()) {
            List<SnapshotInfo> snapshots = client.snapshots(generation);
            List<WalSegmentInfo> segments = client.walSegments(generation);
            for (SnapshotInfo snapshot : snapshots) {
                boolean followed = segments.stream().anyMatch(s -> s.position().equals(snapshot.position()));
                boolean nothingFollows = segments.isEmpty() && snapshots.size() == 1;
                assertThat(followed || nothingFollows)
                        .as("snapshot %s is followed by the WAL of its index: %s", snapshot, segments)
                        .isTrue();
            }
        }
        Restores.assertEqual(folder.resolve("replica"), db, folder.resolve("restored.db"));
    }
}
