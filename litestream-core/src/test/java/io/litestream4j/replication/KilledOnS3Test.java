package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.s3.S3ReplicaClient;
import io.litestream4j.replica.s3.S3Server;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that replicates to a bucket is killed, and sometimes the store with it; the bucket is what is left. */
class KilledOnS3Test {

    private static final int KILLS = 4;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("litestream.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private Path db;
    private Ledger ledger;

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        db = folder.resolve("app.db");
        ledger = Ledger.open(folder.resolve("ledger"));
        Entries.create(db);
        Entries.fill(db, 12_000_000); // a snapshot of two parts
        for (int kill = 0; kill < KILLS; kill++) {
            try {
                runAndKill(kill);
            } catch (AssertionError | Exception e) {
                throw new AssertionError("kill " + kill + ", seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private void runAndKill(int kill) throws Exception {
        ledger.clearPhases();
        long[] before = ledger.acknowledged();
        try (Child store =
                Child.start(S3Server.class, folder, folder.resolve("store").toString(), "0")) {
            int port = Integer.parseInt(store.answer());
            try (Child application = Child.start(
                    CrashingApplication.class,
                    folder,
                    db.toString(),
                    "http://127.0.0.1:" + port,
                    folder.resolve("ledger").toString(),
                    "HARD")) {
                if (kill == 0) {
                    // in the midst of the first snapshot
                    Await.until("a snapshot", Duration.ofSeconds(40), 0, () -> ledger.isIn(Operation.Kind.SNAPSHOT));
                    LockSupport.parkNanos(random.nextInt(400_000_000));
                } else {
                    Await.until("an acknowledgement", () -> !Arrays.equals(ledger.acknowledged(), before));
                    LockSupport.parkNanos(random.nextInt(500_000_000));
                }
                if (kill % 3 == 2) {
                    store.kill();
                    LockSupport.parkNanos(random.nextInt(300_000_000));
                }
                assertThat(application.isAlive()).isTrue();
            }
        }
        try (S3Server server = S3Server.start(folder.resolve("store"))) {
            if (kill % 2 == 1) {
                Restores.loseDisk(db);
                restoreInPlace(server);
            } else {
                Path restored = folder.resolve("restored.db");
                if (kill > 0) {
                    Files.deleteIfExists(restored);
                    restore(server, restored);
                    Entries.assertContains(Entries.check(restored), ledger.acknowledged());
                }
                restartOnSameDisk(server);
            }
        }
        long[] found = Entries.check(db);
        Entries.assertContains(found, ledger.acknowledged());
        for (int writer = 0; writer < found.length; writer++) {
            ledger.committed(writer, found[writer]);
        }
        ledger.acknowledged(found);
    }

    private void restartOnSameDisk(S3Server server) throws Exception {
        try (ReplicatedDatabase engine =
                CrashingApplication.onS3(db, server.endpoint()).build()) {
            engine.open();
            engine.start();
            Await.until("in step", () -> engine.status().position() != null);
            assertThat(engine.syncAll(Duration.ofSeconds(30))).isTrue();
        }
        Entries.assertContains(Entries.check(db), ledger.committed());
        Path restored = folder.resolve("restored.db");
        Files.deleteIfExists(restored);
        restore(server, restored);
        assertThat(Files.mismatch(db, restored)).isEqualTo(-1);
    }

    private static S3ReplicaClient client(S3Server server) {
        return S3ReplicaClient.builder(server.client(), S3Server.location("app"))
                .closesClient(true)
                .build();
    }

    private void restoreInPlace(S3Server server) throws InterruptedException {
        try (S3ReplicaClient client = client(server)) {
            Restores.inPlace(new Replica("s3", client), db);
        }
    }

    private static void restore(S3Server server, Path target) throws IOException {
        try (S3ReplicaClient client = client(server)) {
            new Restorer()
                    .restore(RestoreRequest.to(target)
                            .from(List.of(new Replica("s3", client)))
                            .integrityCheck(IntegrityCheck.FULL)
                            .build());
        }
    }
}
