package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another process opens the database, reads, makes checkpoints and closes. SQLite's locks belong to the process: if
 * anything in this one opened the database's file and closed it again, they would be gone, and the other process would
 * delete the WAL that is in use here.
 */
class PosixLockTest {

    private static final String[] MODES = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};

    @TempDir
    Path folder;

    private Path db;
    private Path wal;
    private Path replica;
    private Child other;
    private final List<Connection> pool = new ArrayList<>();

    @BeforeEach
    void createDatabase() throws Exception {
        db = folder.resolve("app.db");
        wal = folder.resolve("app.db-wal");
        replica = folder.resolve("replica");
        Entries.create(db);
        other = Child.start(SqliteProcess.class, folder, db.toString());
    }

    @AfterEach
    void endOtherProcess() {
        other.close();
    }

    @Test
    void visitsUnderLoadLeaveTheWalInPlace() throws Exception {
        try (ReplicatedDatabase engine = engine(new Replica("file", new FileReplicaClient(replica)), 50)) {
            engine.open();
            openPool();
            engine.start();
            long[] last;
            try (Writers writers = Writers.start(db, Writers.Load.of(2, 1_000_000))) {
                awaitSnapshot();
                Object inode = inodeOfWal();
                System.out.println("beside writers: " + other.ask("visits 2500"));
                assertThat(inodeOfWal()).isEqualTo(inode);
                writers.stop();
                last = writers.committed();
            }
            assertNothingLost(engine, last);
            closePool();
        }
        assertOneGenerationEqualToTheSource();
    }

    @Test
    void visitsBetweenASealAndTheNextCommitLeaveTheWalInPlace() throws Exception {
        try (ReplicatedDatabase engine = engine(new Replica("file", new FileReplicaClient(replica)), 30)) {
            engine.open();
            openPool();
            engine.start();
            long seq = 0;
            int between = 0;
            for (int i = 0; i < 12; i++) {
                String mode = MODES[i % MODES.length];
                other.ask("open");
                other.ask("sql select count(*) from entry");
                if (i == 0) {
                    Entries.commit(pool.get(0), 0, seq + 1, seq + 1, 100, new java.util.Random(seq));
                    seq++;
                    awaitSnapshot();
                }
                Object inode = inodeOfWal();
                Position before = sealByWriting(engine, seq);
                seq += 60;
                other.ask("sql pragma wal_checkpoint(" + mode + ")");
                if (engine.status().position().index() == before.index()) {
                    between++;
                }
                other.ask("close");
                assertThat(inodeOfWal()).as("inode after " + mode).isEqualTo(inode);
                if (i < MODES.length && SqliteShell.isAvailable()) {
                    visitWithShell(mode);
                    assertThat(inodeOfWal())
                            .as("inode after the shell's " + mode)
                            .isEqualTo(inode);
                }
                assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
            }
            System.out.println("visits between a seal and the next commit: " + between + " of 12");
            assertThat(between).isGreaterThan(6);
            assertNothingLost(engine, new long[] {seq});
            closePool();
        }
        assertOneGenerationEqualToTheSource();
    }

    /** Whoever looks at the WAL reads more than once: it may be truncated in between, as it may be after a seal. */
    @Test
    void truncationOfASealedWalBetweenTwoReadsOfOursEndsNoGeneration() throws Exception {
        try (ReplicatedDatabase engine = engine(new Replica("file", new FileReplicaClient(replica)), 30)) {
            engine.open();
            openPool();
            engine.start();
            awaitSnapshot();
            AtomicBoolean looking = new AtomicBoolean(true);
            Thread looks = new Thread(() -> {
                while (looking.get()) {
                    Position ignored = engine.sync();
                }
            });
            other.ask("open");
            looks.start();
            other.ask("run pragma busy_timeout=100");
            long seq = 0;
            for (int truncated = 0; truncated < 40; seq += 60) {
                Position sealed = sealByWriting(engine, seq);
                String answer = other.ask("sql pragma wal_checkpoint(TRUNCATE)");
                if (answer.startsWith("0|")) {
                    truncated++;
                } else {
                    // came a second late: the engine had begun the next index, which nobody may take away
                    assertThat(engine.sync().index()).as(answer).isGreaterThan(sealed.index());
                }
                assertThat(seq).as("rounds are on time, but for a few").isLessThan(60 * 80);
            }
            looking.set(false);
            looks.join();
            other.ask("close");
            assertNothingLost(engine, new long[] {seq});
            closePool();
        }
        assertOneGenerationEqualToTheSource();
    }

    @Test
    void visitsWhileASnapshotIsReadLeaveTheWalInPlace() throws Exception {
        Entries.fill(db, 4_000_000);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        WrappedClient slow =
                new WrappedClient(new FileReplicaClient(replica), out -> new Gate(out, reading, goOn), out -> out);
        try (ReplicatedDatabase engine = engine(new Replica("file", slow), 50)) {
            engine.open();
            openPool();
            engine.start();
            long[] last;
            try (Writers writers = Writers.start(db, Writers.Load.of(2, 1_000_000))) {
                assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
                Object inode = inodeOfWal();
                System.out.println("while a snapshot is read: " + other.ask("visits 1000"));
                assertThat(inodeOfWal()).isEqualTo(inode);
                goOn.countDown();
                awaitSnapshot();
                assertThat(other.ask("visits 200")).contains("visits");
                assertThat(inodeOfWal()).isEqualTo(inode);
                writers.stop();
                last = writers.committed();
            }
            assertNothingLost(engine, last);
            closePool();
        }
        assertOneGenerationEqualToTheSource();
    }

    /**
     * Shows that the next test can fail: this is what happens where somebody opens the file in the wrong way. The visitor
     * is older than SQLite 3.51, which looks whether others have the WAL index open before it deletes a WAL.
     */
    @Test
    void afterAChannelOnTheFileWasClosedAVisitDeletesTheWal() throws Exception {
        needTrustingShell();
        assertThat(other.ask("open")).isEqualTo("done");
        assertThat(other.ask("run insert into entry values(1, 0, 1, 1, x'', 0)"))
                .isEqualTo("done");
        visitWithShell("PASSIVE");
        assertThat(wal).as("while the locks are there").exists();

        assertThat(other.ask("touch-by-channel")).isEqualTo("done");
        visitWithShell("PASSIVE");
        assertThat(wal).as("after open and close by a channel").doesNotExist();
    }

    @Test
    void afterASnapshotOfOursAVisitLeavesTheWal() throws Exception {
        needTrustingShell();
        assertThat(other.ask("open")).isEqualTo("done");
        assertThat(other.ask("run insert into entry values(1, 0, 1, 1, x'', 0)"))
                .isEqualTo("done");
        assertThat(other.ask("engine " + replica)).isEqualTo("done");
        Object inode = inodeOfWal();
        visitWithShell("PASSIVE");
        assertThat(inodeOfWal()).isEqualTo(inode);

        // the engine's end must not take the locks of the connection that is left
        assertThat(other.ask("end-engine")).isEqualTo("done");
        visitWithShell("PASSIVE");
        assertThat(inodeOfWal()).isEqualTo(inode);
        assertThat(other.ask("sql select count(*) from entry")).isEqualTo("1");
    }

    private static void needTrustingShell() throws Exception {
        SqliteShell.assumeAvailable();
        String version = SqliteShell.run(Path.of(":memory:"), "select sqlite_version()");
        String[] parts = version.split("\\.", -1);
        assumeTrue(
                Integer.parseInt(parts[0]) == 3 && Integer.parseInt(parts[1]) < 51,
                "sqlite3 " + version + " protects itself");
    }

    private ReplicatedDatabase engine(Replica to, int minCheckpointPageCount) {
        return ReplicatedDatabase.builder(db)
                .replica(to, ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(ReplicationSettings.builder()
                        .minCheckpointPageCount(minCheckpointPageCount)
                        .build())
                .build();
    }

    private void openPool() throws Exception {
        for (int i = 0; i < 3; i++) {
            Connection connection = Sql.connect(db);
            Sql.number(connection, "select count(*) from entry");
            pool.add(connection);
        }
    }

    private void closePool() throws Exception {
        for (Connection connection : pool) {
            connection.close();
        }
        pool.clear();
    }

    private void awaitSnapshot() throws Exception {
        Await.until("a snapshot", () -> Restores.snapshots(replica).size() == 1);
    }

    /** Commits until an index was sealed by it; returns a position in that index. */
    private Position sealByWriting(ReplicatedDatabase engine, long seq) throws Exception {
        long done = engine.status().seals().done();
        Entries.commit(pool.get(1), 0, seq + 1, seq + 60, 3000, new java.util.Random(seq));
        engine.wake();
        Await.until("a seal", () -> engine.status().seals().done() > done);
        return engine.status().position();
    }

    private void visitWithShell(String mode) throws Exception {
        String answer =
                SqliteShell.run(db, "select 'rows', count(*) from entry;", "pragma wal_checkpoint(" + mode + ");");
        assertThat(answer).startsWith("rows|");
    }

    private Object inodeOfWal() throws IOException {
        return Files.getAttribute(wal, "unix:ino");
    }

    private void assertNothingLost(ReplicatedDatabase engine, long[] last) throws Exception {
        assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        try (Connection connection = Sql.connect(db)) {
            assertThat(Sql.text(connection, "pragma integrity_check")).isEqualTo("ok");
            Entries.assertContains(Entries.check(connection), last);
        }
    }

    private void assertOneGenerationEqualToTheSource() throws Exception {
        assertThat(Restores.generations(replica)).hasSize(1);
        Restores.assertEqual(replica, db, folder.resolve("restored.db"));
    }

    /** A stream that says when something is written to it, and waits then. */
    private static final class Gate extends FilterOutputStream {

        private final CountDownLatch reached;
        private final CountDownLatch open;

        Gate(OutputStream out, CountDownLatch reached, CountDownLatch open) {
            super(out);
            this.reached = reached;
            this.open = open;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            reached.countDown();
            try {
                if (!open.await(30, TimeUnit.SECONDS)) {
                    throw new IOException("the test never opened the gate");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            out.write(bytes, offset, length);
        }
    }
}
