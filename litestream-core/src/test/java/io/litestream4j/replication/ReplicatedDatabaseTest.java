package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedDatabaseTest {

    @TempDir
    Path folder;

    @Test
    void commitsReachTheReplicaAndFiveCleanRestartsKeepOneGeneration() throws Exception {
        Path db = folder.resolve("app.db");
        try (Connection c = connect(db);
                Statement s = c.createStatement()) {
            s.execute("create table t(id integer primary key, x text)");
        }
        for (int run = 0; run < 5; run++) {
            try (ReplicatedDatabase database = database(db)) {
                database.open();
                try (Connection c = connect(db);
                        Statement s = c.createStatement()) {
                    database.start();
                    for (int i = 0; i < 50; i++) {
                        s.execute("insert into t(x) values('" + "y".repeat(500) + "')");
                        database.wake();
                    }
                    long t = System.nanoTime();
                    Position p = database.sync();
                    assertThat(database.awaitReplicated(p, Duration.ofSeconds(10)))
                            .isTrue();
                    System.out.println(p + " " + (System.nanoTime() - t) / 1000 + " us " + database.status());
                }
            }
        }
        try (var paths = Files.walk(folder)) {
            paths.forEach(System.out::println);
        }
    }

    private ReplicatedDatabase database(Path db) {
        return ReplicatedDatabase.builder(db)
                .replica(
                        new Replica("file", new FileReplicaClient(folder.resolve("replica"))),
                        new ReplicaSettings(Duration.ZERO))
                .settings(
                        ReplicationSettings.builder().minCheckpointPageCount(20).build())
                .build();
    }

    private static Connection connect(Path db) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + db + "?journal_mode=WAL&busy_timeout=5000");
    }
}
