package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reader that doesn't end keeps the WAL from being sealed: it grows, and somebody has to be told. */
@Timeout(60)
class PinnedReaderTest {

    @TempDir
    Path folder;

    @Test
    void walThatGrowsBesideAReaderIsSaidOnceAndThatItIsSealedAgain() throws Exception {
        Path file = folder.resolve("app.db");
        try (LogLines log = LogLines.open();
                ReplicatedDatabase database = ReplicatedDatabase.builder(file)
                        .replica(
                                Restores.replica(folder.resolve("replica")),
                                ReplicaSettings.syncingEvery(Duration.ZERO))
                        .settings(ReplicationSettings.builder()
                                .minCheckpointPageCount(50)
                                .maxCheckpointPageCount(300)
                                .build())
                        .build();
                Connection app = Sql.connect(file);
                Connection reading = Sql.connect(file)) {
            Sql.run(app, "create table t(id integer primary key, x)", "insert into t(x) values (1), (2)");
            database.open();
            database.start();
            Await.until("a position", () -> database.status().position() != null);
            assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
            assertThat(database.status().seals().blockedSince()).isNull();
            try (Statement report = reading.createStatement();
                    ResultSet rows = report.executeQuery("select * from t")) {
                assertThat(rows.next()).isTrue();
                for (int i = 0; i < 400; i++) {
                    Sql.run(app, "insert into t(x) values (randomblob(5000))");
                    database.wake();
                }
                Await.until("the warning", () -> !log.troubles().isEmpty());
                long tried = database.status().seals().tried();
                Await.until(
                        "three attempts more", () -> database.status().seals().tried() > tried + 2);
                assertThat(log.troubles())
                        .singleElement()
                        .satisfies(line -> assertThat(line)
                                .contains("max-checkpoint-page-count is 300", "read transaction", "ResultSet"));
                assertThat(database.status().seals().blockedSince()).isNotNull();
                assertThat(database.syncAll(Duration.ofSeconds(20)))
                        .as("what is committed is shipped all the same")
                        .isTrue();
            }
            Await.until("sealed", () -> Objects.isNull(database.status().seals().blockedSince()));
            List<String> said = log.from(Level.INFO);
            assertThat(said).anyMatch(line -> line.startsWith("INFO") && line.contains("sealed again"));
        }
        Restores.assertEqual(folder.resolve("replica"), file, folder.resolve("restored.db"));
    }
}
