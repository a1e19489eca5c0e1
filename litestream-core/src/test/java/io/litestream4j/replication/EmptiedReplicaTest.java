package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody deletes what a replica holds while the application runs. */
class EmptiedReplicaTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Path file;
    private Path root;
    private Connection connection;
    private ReplicatedDatabase database;

    @BeforeEach
    void replicate() throws Exception {
        file = folder.resolve("app.db");
        root = folder.resolve("replica");
        connection = DriverManager.getConnection("jdbc:sqlite:" + file + "?journal_mode=WAL&busy_timeout=5000");
        execute("create table item(id integer primary key, name text)");
        database = ReplicatedDatabase.builder(file)
                .replica(Restores.replica(root), ReplicaSettings.syncingEvery(Duration.ZERO))
                .build();
        database.open();
        database.start();
        execute("insert into item(name) values ('first')");
        assertThat(database.syncAll(LIMIT)).isTrue();
    }

    @AfterEach
    void end() throws Exception {
        connection.close();
        database.close();
    }

    @Test
    void anEmptiedReplicaGetsAnotherSnapshotOfTheSameGeneration() throws Exception {
        Generation before = database.sync().generation();
        Restores.deleteRecursively(root.resolve("generations"));
        execute("insert into item(name) values ('second')");
        assertThat(database.syncAll(LIMIT)).isTrue();
        assertThat(database.sync().generation()).isEqualTo(before);
        assertThat(Restores.snapshots(root)).hasSize(1);
        connection.close();
        database.close();
        Restores.assertEqual(root, file, folder.resolve("restored.db"));
    }

    @Test
    void aReplicaWhoseFolderIsGoneIsAnErrorUntilItIsBack() throws Exception {
        Path away = folder.resolve("away");
        Files.move(root, away);
        execute("insert into item(name) values ('second')");
        database.wake();
        Await.until("the replica is missed", () -> replicaState() == ReplicaState.RETRYING);
        assertThat(root).doesNotExist();
        Files.move(away, root);
        assertThat(database.syncAll(LIMIT)).isTrue();
        assertThat(Restores.snapshots(root)).hasSize(1);
        connection.close();
        database.close();
        Restores.assertEqual(root, file, folder.resolve("restored.db"));
    }

    private ReplicaState replicaState() {
        return database.status().replicas().get(0).state();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
