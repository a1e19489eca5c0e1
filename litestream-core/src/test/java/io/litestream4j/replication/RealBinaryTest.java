package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.replica.file.FileReplicaClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Litestream 0.3.13 restores what we write, and one goes on where the other has stopped. */
class RealBinaryTest {

    @TempDir
    Path folder;

    private Path db;
    private Path replica;
    private int restored;

    @BeforeEach
    void needBinaries() {
        LitestreamBinary.assumeAvailable();
        SqliteShell.assumeAvailable();
        db = folder.resolve("app.db");
        replica = folder.resolve("replica");
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096, 65536})
    void restoresWhatWeWriteOverSealsAndGenerations(int pageSize) throws Exception {
        try (Connection connection = Sql.plain(db)) {
            Sql.run(connection, "pragma page_size=" + pageSize);
            Entries.create(connection);
        }
        for (int generation = 1; generation <= 2; generation++) {
            ourRun(50 * (generation - 1) + 1, 50 * generation);
            assertBothRestoreTheSource();
            assertThat(Restores.generations(replica)).hasSize(generation);
            Restores.loseShadow(db);
        }
    }

    @Test
    void restoresWhileWeReplicateUnderLoad() throws Exception {
        Entries.create(db);
        try (ReplicatedDatabase engine = engine()) {
            engine.open();
            engine.start();
            try (Writers writers =
                            Writers.start(db, Writers.Load.of(3, 2_000_000).bigEvery(100));
                    Acknowledgements acknowledgements = Acknowledgements.start(engine, writers)) {
                Await.until("the first acknowledgement", () -> acknowledgements.acknowledged()[0] > 0);
                for (int i = 0; i < 6; i++) {
                    long[] acknowledged = acknowledgements.acknowledged();
                    Path target = folder.resolve("restored-" + i);
                    LitestreamBinary.restore(replica, target);
                    Entries.assertContains(Entries.check(target), acknowledged);
                    Files.delete(target);
                }
                writers.assertAllWell();
            }
            System.out.println("the binary restored six times beside us, up to "
                    + engine.status().position());
        }
        assertBothRestoreTheSource();
    }

    @Test
    void weContinueTheGenerationOfTheBinary() throws Exception {
        Entries.create(db);
        theirRun(1, 60);
        Generation theirs = onlyGeneration();
        assertBothRestoreTheSourceThatHasAWal();
        int segments = new FileReplicaClient(replica).walSegments(theirs).size();

        ourRun(61, 120);
        assertThat(onlyGeneration()).isEqualTo(theirs);
        assertThat(Restores.snapshots(replica)).hasSize(1);
        assertThat(new FileReplicaClient(replica).walSegments(theirs)).hasSizeGreaterThan(segments);
        assertBothRestoreTheSource();

        // and again, as our own clean shutdown has left it
        ourRun(121, 150);
        assertThat(onlyGeneration()).isEqualTo(theirs);
        assertBothRestoreTheSource();
    }

    @Test
    void afterUsTheBinaryGoesOn() throws Exception {
        Entries.create(db);
        ourRun(1, 60);
        Generation ours = onlyGeneration();
        theirRun(61, 120);
        List<Generation> all = Restores.generations(replica);
        System.out.println("after us the binary " + (all.size() == 1 ? "went on" : "began its own generation"));
        assertThat(all).contains(ours);
        assertBothRestoreTheSourceThatHasAWal();

        ourRun(121, 150);
        System.out.println("after the binary again, generations: "
                + Restores.generations(replica).size());
        assertBothRestoreTheSource();
    }

    private ReplicatedDatabase engine() {
        return ReplicatedDatabase.builder(db)
                .replica(Restores.replica(replica), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(
                        ReplicationSettings.builder().minCheckpointPageCount(20).build())
                .build();
    }

    private void ourRun(int from, int until) throws Exception {
        try (ReplicatedDatabase engine = engine()) {
            engine.open();
            engine.start();
            try (Connection application = Sql.connect(db)) {
                insert(application, from, until);
            }
            Await.until("a position", () -> engine.status().position() != null);
            assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        }
    }

    /** Litestream beside an application that ends before it. */
    private void theirRun(int from, int until) throws Exception {
        int before = Restores.snapshots(replica).size();
        try (LitestreamBinary.Running litestream = LitestreamBinary.replicate(db, replica, folder)) {
            try (Connection application = Sql.connect(db)) {
                Entries.commit(application, 0, from, from, 900, new Random(from));
                Path log = folder.resolve("litestream.log");
                Await.until(
                        "litestream's snapshot, or its going on",
                        () -> Restores.snapshots(replica).size() > before
                                || (Files.exists(log) && Files.readString(log).contains("write wal segment")));
                insert(application, from + 1, until);
            }
            LitestreamBinary.awaitShipped(Restores.replica(replica), folder.resolve("shipped.db"), until);
            litestream.interrupt();
        }
    }

    private static void insert(Connection application, int from, int until) throws Exception {
        for (int seq = from; seq <= until; seq++) {
            Entries.commit(application, 0, seq, seq, 900, new Random(seq));
        }
    }

    private Generation onlyGeneration() throws Exception {
        List<Generation> all = Restores.generations(replica);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private void assertBothRestoreTheSource() throws Exception {
        assertThat(Path.of(db + "-wal")).doesNotExist();
        assertBothRestore(SqliteShell.dump(db));
    }

    /** The WAL that Litestream leaves must stay as it is: a copy is read, by a process of its own. */
    private void assertBothRestoreTheSourceThatHasAWal() throws Exception {
        Path copy = folder.resolve("copy-" + ++restored);
        Files.copy(db, copy);
        if (Files.exists(Path.of(db + "-wal"))) {
            Files.copy(Path.of(db + "-wal"), Path.of(copy + "-wal"));
        }
        assertBothRestore(SqliteShell.run(copy, ".dump"));
    }

    private void assertBothRestore(String dump) throws Exception {
        Path byBinary = folder.resolve("by-binary-" + ++restored);
        LitestreamBinary.restore(replica, byBinary);
        Entries.check(byBinary);
        assertThat(SqliteShell.dump(byBinary)).isEqualTo(dump);
        Path byUs = folder.resolve("by-us-" + restored);
        Restores.newest(replica, byUs);
        Entries.check(byUs);
        assertThat(SqliteShell.dump(byUs)).isEqualTo(dump);
    }
}
