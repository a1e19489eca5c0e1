package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.database.SealOutcome;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SealTrialTest {

    @TempDir
    Path folder;

    private final List<SealTrial> trials = new CopyOnWriteArrayList<>();

    @Test
    void listenerHearsHowLongWritersHadToWaitAndWhichCheckpointsWereMade() throws Exception {
        Path file = folder.resolve("app.db");
        Entries.create(file);
        try (ReplicatedDatabase database = ReplicatedDatabase.builder(file)
                .replica(
                        new Replica("backup", new FileReplicaClient(folder.resolve("replica"))),
                        ReplicaSettings.syncingEvery(Duration.ZERO))
                .listener(new ReplicationListener() {
                    @Override
                    public void sealTried(SealTrial trial) {
                        trials.add(trial);
                    }
                })
                .build()) {
            database.open();
            database.start();
            assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
            trials.clear();
            try (var connection = Sql.connect(file)) {
                Sql.run(connection, "create table sealed (x text)");
            }
            assertThat(database.seal(Duration.ofSeconds(20))).isTrue();
            SealTrial sealed = trials.get(trials.size() - 1);
            assertThat(sealed.outcome()).isEqualTo(SealOutcome.Result.SEALED);
            assertThat(sealed.lockHeld()).isPositive().isLessThanOrEqualTo(sealed.duration());
            assertThat(sealed.checkpoints().passive().count()).isPositive();
            assertThat(sealed.checkpoints().restart().count()).isPositive();
            assertThat(database.status().checkpoints().passive().count())
                    .isGreaterThanOrEqualTo(sealed.checkpoints().passive().count());
        }
    }
}
