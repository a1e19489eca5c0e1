package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The status answers, and says in what the engine hangs. */
@Timeout(60)
class StatusWhileWorkHangsTest {

    @TempDir
    Path folder;

    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicBoolean uploadsHang = new AtomicBoolean();
    private final AtomicBoolean copiesHang = new AtomicBoolean();

    @Test
    void uploadThatHangsIsNamedWithItsBegin() throws Exception {
        FileReplicaClient client = new FileReplicaClient(folder.resolve("replica"));
        Replica replica = new Replica("slow", new WrappedClient(client, out -> out, this::hangingOutput));
        try (ReplicatedDatabase database = database(replica)) {
            uploadsHang.set(true);
            commit();
            database.wake();
            Await.until("the upload", () -> !running(database).isEmpty());
            ReplicaStatus status = database.status().replicas().get(0);
            assertThat(status.running()).singleElement().satisfies(operation -> {
                assertThat(operation.kind()).isEqualTo(Operation.Kind.UPLOAD);
                assertThat(operation.replica()).isEqualTo("slow");
            });
            assertThat(status.pendingBytes()).isPositive();
            assertThat(status.pendingSince()).isNotNull();
            released.countDown();
            assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
            assertThat(running(database)).isEmpty();
        }
    }

    @Test
    void localWorkThatHangsShowsByALookThatDoesNotEnd() throws Exception {
        Replica replica = new Replica("backup", new FileReplicaClient(folder.resolve("replica")));
        try (ReplicatedDatabase database = database(replica)) {
            copiesHang.set(true);
            database.wake();
            Await.until(
                    "a look that hangs",
                    () -> database.status().looks().begunAt() != null
                            && !database.status().running().isEmpty());
            ReplicationStatus status =
                    CompletableFuture.supplyAsync(database::status).get(10, TimeUnit.SECONDS);
            assertThat(status.position()).isNotNull();
            assertThat(status.running()).extracting(Operation::kind).containsExactly(Operation.Kind.SYNC);
            assertThat(status.looks().lastEndedAt()).isNotNull();
            released.countDown();
            Await.until("the end of the look", () -> database.status().running().isEmpty());
        }
    }

    private static List<Operation> running(ReplicatedDatabase database) {
        return database.status().replicas().get(0).running();
    }

    /** What still hangs when a test fails is given up then, or the end of the database would wait for it. */
    private ReplicatedDatabase database(Replica replica) throws Exception {
        Path file = folder.resolve("app.db");
        Entries.create(file);
        ReplicatedDatabase database = ReplicatedDatabase.builder(file)
                .replica(replica, ReplicaSettings.syncingEvery(Duration.ZERO))
                .operations(this::hangIn)
                .build();
        database.open();
        database.start();
        assertThat(database.syncAll(Duration.ofSeconds(20))).isTrue();
        return database;
    }

    private OperationListener.Ending hangIn(Operation operation) {
        if (operation.kind() == Operation.Kind.SYNC && copiesHang.get()) {
            await();
        }
        return OperationListener.NOT_HEARD;
    }

    private void commit() throws Exception {
        try (var connection = Sql.connect(folder.resolve("app.db"))) {
            Sql.run(connection, "create table hung (x text)");
        }
    }

    private OutputStream hangingOutput(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (uploadsHang.get()) {
                    await();
                }
                out.write(bytes, offset, length);
            }
        };
    }

    private void await() {
        try {
            boolean ignored = released.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
