package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.s3.S3ReplicaClient;
import io.litestream4j.replica.s3.S3Server;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** Litestream 0.3.13 and we read what the other wrote to a bucket. */
class RealBinaryOnS3Test {

    @TempDir
    Path folder;

    private Path db;
    private Path config;
    private S3Server server;
    private S3Client s3;
    private S3ReplicaClient client;

    @BeforeEach
    void open() throws Exception {
        LitestreamBinary.assumeAvailable();
        SqliteShell.assumeAvailable();
        db = folder.resolve("app.db");
        Entries.create(db);
        server = S3Server.start(folder.resolve("store"));
        s3 = server.client();
        client = S3ReplicaClient.builder(s3, S3Server.location("deep/app")).build();
        config = folder.resolve("litestream.yml");
        Files.writeString(config, """
                dbs:
                  - path: %s
                    monitor-interval: 20ms
                    min-checkpoint-page-count: 20
                    replicas:
                      - type: s3
                        bucket: %s
                        path: deep/app
                        endpoint: %s
                        region: us-east-1
                        access-key-id: %s
                        secret-access-key: %s
                        sync-interval: 20ms
                """.formatted(
                        db, S3Server.BUCKET, server.endpoint(), S3Server.ACCESS_KEY_ID, S3Server.SECRET_ACCESS_KEY));
    }

    @AfterEach
    void close() {
        if (server != null) {
            client.close();
            s3.close();
            server.close();
        }
    }

    @Test
    void bothRestoreWhatWeWrote() throws Exception {
        Entries.fill(db, 10_000_000); // a snapshot of several parts
        ourRun(1, 100);
        assertThat(client.requests().put()).isGreaterThan(4);
        assertBothRestore(SqliteShell.dump(db));
    }

    @Test
    void bothRestoreWhatTheBinaryWroteAndWeGoOn() throws Exception {
        try (LitestreamBinary.Running litestream = LitestreamBinary.replicate(config, folder)) {
            try (Connection application = Sql.connect(db)) {
                commit(application, 1, 1);
                Await.until("litestream's snapshot", this::hasSnapshot);
                commit(application, 2, 100);
            }
            LitestreamBinary.awaitShipped(new Replica("s3", client), folder.resolve("shipped.db"), 100);
            litestream.interrupt();
        }
        Generation theirs = client.generations().get(0);
        Path copy = folder.resolve("copy.db");
        Files.copy(db, copy);
        if (Files.exists(Path.of(db + "-wal"))) {
            Files.copy(Path.of(db + "-wal"), Path.of(copy + "-wal"));
        }
        assertBothRestore(SqliteShell.run(copy, ".dump"));

        ourRun(101, 150);
        assertThat(client.generations()).containsExactly(theirs);
        assertBothRestore(SqliteShell.dump(db));
    }

    private boolean hasSnapshot() throws IOException {
        List<Generation> all = client.generations();
        return !all.isEmpty() && !client.snapshots(all.get(0)).isEmpty();
    }

    private void ourRun(int from, int until) throws Exception {
        try (ReplicatedDatabase engine = ReplicatedDatabase.builder(db)
                .replica(new Replica("s3", client), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(
                        ReplicationSettings.builder().minCheckpointPageCount(20).build())
                .build()) {
            engine.open();
            engine.start();
            try (Connection application = Sql.connect(db)) {
                commit(application, from, until);
            }
            Await.until("a position", () -> engine.status().position() != null);
            assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        }
    }

    private static void commit(Connection application, int from, int until) throws Exception {
        for (int seq = from; seq <= until; seq++) {
            Entries.commit(application, 0, seq, seq, 900, new Random(seq));
        }
    }

    private void assertBothRestore(String dump) throws Exception {
        Path byBinary = folder.resolve("by-binary.db");
        Path byUs = folder.resolve("by-us.db");
        Files.deleteIfExists(byBinary);
        Files.deleteIfExists(byUs);
        LitestreamBinary.restore(config, db, byBinary);
        assertThat(SqliteShell.dump(byBinary)).isEqualTo(dump);
        new Restorer()
                .restore(RestoreRequest.to(byUs)
                        .from(List.of(new Replica("s3", client)))
                        .build());
        assertThat(SqliteShell.dump(byUs)).isEqualTo(dump);
    }
}
