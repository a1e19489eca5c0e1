package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicationStatus.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong beside the database, not on a replica. */
class LocalTroubleTest {

    @TempDir
    Path folder;

    @Test
    void shadowWalThatCantBeWrittenIsAProblemUntilItCan() throws Exception {
        Path file = folder.resolve("app.db");
        Path obstacle = Files.writeString(folder.resolve("obstacle"), "a file where a folder should be");
        try (ReplicatedDatabase database = builder(file)
                .settings(settings().metaPath(obstacle.resolve("meta")).build())
                .build()) {
            database.open();
            database.start();
            try (Connection connection = Sql.connect(file)) {
                Entries.create(file);
                Await.until("the problem", () -> database.status().problemSince() != null);
                Files.delete(obstacle);
                Await.until("replication", () -> database.status().state() == State.REPLICATING);
                Await.until("the end of the problem", () -> database.status().problemSince() == null);
                assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
                assertThat(connection.isClosed()).isFalse();
            }
        }
    }

    @Test
    void databaseDeletedWhileTheApplicationRunsIsAProblem() throws Exception {
        Path file = folder.resolve("app.db");
        Entries.create(file);
        try (ReplicatedDatabase database =
                builder(file).settings(settings().build()).build()) {
            database.open();
            database.start();
            assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
            Files.delete(file);
            Await.until("the problem", () -> database.status().problemSince() != null);
            assertThat(database.status().detail()).contains("deleted while the application runs");
        }
    }

    @Test
    void engineThatStandsByLeavesUnfinishedFilesOfTheOtherAlone() throws Exception {
        Path file = folder.resolve("app.db");
        Entries.create(file);
        Path meta = folder.resolve("meta");
        try (ReplicatedDatabase first = builder(file)
                        .settings(settings().metaPath(meta).build())
                        .build();
                ReplicatedDatabase second = builder(file)
                        .settings(settings().metaPath(meta).build())
                        .build()) {
            first.open();
            Path unfinished = Files.createFile(meta.resolve("00000001.wal.tmp"));
            second.open();
            assertThat(second.status().state()).isEqualTo(State.STANDBY);
            assertThat(unfinished).exists();
        }
    }

    private ReplicatedDatabase.Builder builder(Path file) {
        return ReplicatedDatabase.builder(file)
                .replica(Restores.replica(folder.resolve("replica")), ReplicaSettings.syncingEvery(Duration.ZERO));
    }

    private static ReplicationSettings.Builder settings() {
        return ReplicationSettings.builder()
                .monitorInterval(Duration.ofMillis(50))
                .shutdownTimeout(Duration.ofSeconds(2));
    }
}
