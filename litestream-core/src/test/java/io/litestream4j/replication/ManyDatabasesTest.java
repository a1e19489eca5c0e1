package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One process with a database for each of its tenants; few of them are active. */
@Timeout(2 * 3600)
class ManyDatabasesTest {

    private static final int DATABASES = Integer.getInteger("litestream.test.databases", 200);
    private static final int ROUNDS = Integer.getInteger("litestream.test.databaseRounds", 1);

    /** Four connections with two descriptors each, the shared memory, the WAL, the shadow WAL and the lock. */
    private static final int DESCRIPTORS_EACH = 12;

    @TempDir
    Path folder;

    private record Tenant(ReplicatedDatabase database, CountingClient client, Path replica) {}

    @Test
    void threadsAndDescriptorsAreBoundedAndIdleDatabasesAskNothing() throws Exception {
        List<Tenant> tenants = new ArrayList<>();
        try (EngineThreads threads = new EngineThreads()) {
            long begun = System.nanoTime();
            for (int i = 0; i < DATABASES; i++) {
                tenants.add(create(threads, "tenant-" + i));
            }
            for (Tenant tenant : tenants) {
                awaitReplicated(tenant);
            }
            long started = System.nanoTime() - begun;
            ProcessResources full = ProcessResources.of(folder);
            int active = DATABASES / 10;
            List<Integer> before = tenants.stream()
                    .map(tenant -> tenant.client().calls().size())
                    .toList();
            int created = 0;
            for (int round = 0; round < ROUNDS; round++) {
                for (Tenant tenant : tenants.subList(0, active)) {
                    Sql.run(tenant.database().database(), "insert into t values (randomblob(1000))");
                    tenant.database().wake();
                }
                for (int i = 0; i < active / 4; i++) {
                    Tenant visitor = create(threads, "visitor-" + created++);
                    awaitReplicated(visitor);
                    visitor.database().close();
                }
                for (Tenant tenant : tenants.subList(0, active)) {
                    assertThat(tenant.database().syncAll(Duration.ofSeconds(20)))
                            .isTrue();
                }
            }
            for (int i = active; i < DATABASES; i++) {
                assertThat(tenants.get(i).client().calls())
                        .as("requests of an idle database")
                        .hasSize(before.get(i));
            }
            ProcessResources after = ProcessResources.of(folder);
            System.out.printf(
                    "%d databases in step after %d ms: %s; %d more created and dropped, then %s%n",
                    DATABASES, started / 1_000_000, full, created, after);
            assertThat(full.threads()).isLessThanOrEqualTo(1 + 4 + 128 + 64);
            assertThat(full.descriptors()).isLessThanOrEqualTo((long) DATABASES * DESCRIPTORS_EACH);
            assertThat(after.descriptors()).isLessThanOrEqualTo(full.descriptors() + active);
            closeAll(tenants);
            assertThat(ProcessResources.of(folder).descriptors()).isZero();
        }
        Tenant any = tenants.get(0);
        Restores.assertEqual(any.replica(), any.database().database(), folder.resolve("restored.db"));
    }

    private Tenant create(EngineThreads threads, String name) throws Exception {
        Path file = folder.resolve(name + ".db");
        Path replica = folder.resolve(name + "-replica");
        Sql.run(file, "create table t(x)");
        CountingClient client = new CountingClient(new FileReplicaClient(replica));
        ReplicatedDatabase database = ReplicatedDatabase.builder(file)
                .replica(new Replica(name, client.client()), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(ReplicationSettings.builder()
                        .shutdownTimeout(Duration.ofSeconds(10))
                        .build())
                .threads(threads)
                .build();
        database.open();
        database.start();
        return new Tenant(database, client, replica);
    }

    private static void closeAll(List<Tenant> tenants) throws Exception {
        ExecutorService closing = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> closes = new ArrayList<>();
            tenants.forEach(tenant -> closes.add(() -> {
                tenant.database().close();
                return true;
            }));
            for (Future<Boolean> closed : closing.invokeAll(closes)) {
                assertThat(closed.get()).isTrue();
            }
        } finally {
            closing.shutdown();
        }
    }

    private static void awaitReplicated(Tenant tenant) throws Exception {
        Await.until("a position", () -> tenant.database().status().position() != null);
        assertThat(tenant.database().syncAll(Duration.ofSeconds(60))).isTrue();
    }
}
