package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.replication.CrashingApplication.Kind;
import io.litestream4j.replication.ReplicationStatus.GenerationStart;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application is killed with SIGKILL; then it goes on, or its disk is lost and the replica is all that is left. */
class CrashRecoveryTest {

    /** When to kill: at a random moment, or inside a phase. */
    private enum Aim {
        ANY,
        SEAL,
        UPLOAD,
        SNAPSHOT
    }

    /** One kill. A snapshot can be hit only where a generation begins: first, and after the loss of a disk. */
    private record Kill(Aim aim, boolean losesDisk) {}

    private static final Kill[] KILLS_OF_ONE_DATABASE = {
        new Kill(Aim.SNAPSHOT, false),
        new Kill(Aim.UPLOAD, true),
        new Kill(Aim.SNAPSHOT, true),
        new Kill(Aim.ANY, false),
        new Kill(Aim.SEAL, true),
        new Kill(Aim.ANY, false),
        new Kill(Aim.UPLOAD, false),
        new Kill(Aim.ANY, true),
        new Kill(Aim.SEAL, true),
        new Kill(Aim.SNAPSHOT, false),
    };

    @TempDir
    Path folder;

    private final long seed = Long.getLong("litestream.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, Integer> newGenerations = new TreeMap<>();
    private final Map<Operation.Kind, Integer> inside = new TreeMap<>();
    private int killsInside;
    private long slowestRestart;

    private Path db;
    private Path replica;
    private Ledger ledger;

    @Test
    void killedUnderLoadNothingAcknowledgedIsLost() throws Exception {
        int kills = Integer.getInteger("litestream.test.kills", 20);
        int onSameDisk = 0;
        int goesOn = 0;
        long begun = System.nanoTime();
        for (int i = 0; i < kills; i++) {
            Kill kill = KILLS_OF_ONE_DATABASE[i % KILLS_OF_ONE_DATABASE.length];
            if (i % KILLS_OF_ONE_DATABASE.length == 0) {
                newDatabase("round-" + i);
                Entries.fill(db, 8_000_000);
            }
            String what = "kill " + i + " (" + kill + "), seed " + seed;
            try {
                runAndKill(Kind.HARD, kill.aim());
                if (kill.losesDisk()) {
                    restoreLostDisk();
                } else {
                    onSameDisk++;
                    goesOn += restartOnSameDisk(Kind.HARD) ? 1 : 0;
                }
            } catch (AssertionError | Exception e) {
                throw new AssertionError(what + ": " + e.getMessage(), e);
            }
        }
        System.out.printf(
                "crashes: %d kills in %d s, %d inside a phase %s, %d on the same disk of which %d went on with"
                        + " the same generation, new generations %s, slowest restart until in step %d ms, seed %d%n",
                kills,
                Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
                killsInside,
                inside,
                onSameDisk,
                goesOn,
                newGenerations,
                slowestRestart / 1_000_000,
                seed);
        assertThat(killsInside * 3).as("a third of the kills hit a phase").isGreaterThanOrEqualTo(kills);
        assertThat(newGenerations.keySet())
                .as("reasons for which a generation may end in a crash")
                .isSubsetOf("wal header mismatch", "no generation exists", "no shadow wal");
    }

    @Test
    void tenKillsOnTheSameDiskKeepOneGeneration() throws Exception {
        newDatabase("ordinary");
        int uncopied = 0;
        for (int i = 0; i < 10; i++) {
            runAndKill(Kind.ORDINARY, Aim.ANY);
            uncopied += walIsTheShadows() ? 0 : 1;
        }
        restartOnSameDisk(Kind.ORDINARY);
        int generations = Restores.generations(replica).size();
        System.out.printf(
                "ten kills on the same disk: %d generations, %d kills between a commit after a seal and its copy, seed"
                        + " %d%n",
                generations, uncopied, seed);
        // A commit that restarts the WAL is copied within a millisecond or two; only a kill in between ends a
        // generation.
        assertThat(generations).isEqualTo(1 + uncopied);
        assertThat(uncopied).isLessThanOrEqualTo(1);
    }

    @Test
    void fiveCleanRestartsKeepOneGenerationAndOneSnapshot() throws Exception {
        newDatabase("restarts");
        for (int i = 0; i < 5; i++) {
            long[] before = ledger.acknowledged();
            try (Child child = start(Kind.HARD)) {
                awaitAcknowledgedBeyond(before, child);
                child.send("quit");
                assertThat(child.exitCode()).isZero();
            }
            Restores.assertEqual(replica, db, folder.resolve("restored.db"));
            Entries.assertContains(Entries.check(db), ledger.committed());
        }
        assertThat(Restores.generations(replica)).hasSize(1);
        assertThat(Restores.snapshots(replica)).hasSize(1);
    }

    private void newDatabase(String name) throws Exception {
        Path home = Files.createDirectory(folder.resolve(name));
        db = home.resolve("app.db");
        replica = home.resolve("replica");
        ledger = Ledger.open(home.resolve("ledger"));
        Entries.create(db);
    }

    private Child start(Kind kind) throws IOException {
        return Child.start(
                CrashingApplication.class,
                folder,
                db.toString(),
                replica.toString(),
                db.resolveSibling("ledger").toString(),
                kind.name());
    }

    private void runAndKill(Kind kind, Aim aim) throws Exception {
        ledger.clearPhases();
        long[] before = ledger.acknowledged();
        try (Child child = start(kind)) {
            if (aim == Aim.SNAPSHOT) {
                awaitPhase(Operation.Kind.SNAPSHOT, child);
                // the first moment is opening, the rest is the transfer
                LockSupport.parkNanos(random.nextInt(100_000_000));
            } else {
                awaitAcknowledgedBeyond(before, child);
                LockSupport.parkNanos(random.nextInt(500_000_000));
                if (aim != Aim.ANY) {
                    awaitPhase(Operation.Kind.valueOf(aim.name()), child);
                }
            }
            assertThat(child.isAlive()).as("alive until killed").isTrue();
            child.kill();
        }
        boolean hit = false;
        for (Operation.Kind phase : Ledger.PHASES) {
            if (ledger.isIn(phase)) {
                hit = true;
                inside.merge(phase, 1, Integer::sum);
            }
        }
        killsInside += hit ? 1 : 0;
    }

    private void awaitPhase(Operation.Kind phase, Child child) throws Exception {
        Await.until("phase " + phase, Duration.ofSeconds(40), 0, () -> ledger.isIn(phase) || !child.isAlive());
    }

    private void awaitAcknowledgedBeyond(long[] before, Child child) throws Exception {
        Await.until("an acknowledged commit", () -> !Arrays.equals(ledger.acknowledged(), before) || !child.isAlive());
    }

    /** Whether the live WAL has the header of the newest shadow file: then the generation must go on. */
    private boolean walIsTheShadows() throws IOException {
        Path newest;
        try (Stream<Path> files = Files.walk(Restores.meta(db))) {
            newest = files.filter(file -> file.toString().endsWith(".wal"))
                    .max((a, b) -> a.getFileName().compareTo(b.getFileName()))
                    .orElseThrow();
        }
        return Arrays.equals(header(newest), header(Path.of(db + "-wal")));
    }

    private static byte[] header(Path wal) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(wal.toFile(), "r")) {
            byte[] header = new byte[32];
            file.readFully(header);
            return header;
        }
    }

    /** What a person does after a crash, nothing; returns whether the generation went on. */
    private boolean restartOnSameDisk(Kind kind) throws Exception {
        Generation before = generationOnDisk();
        Generation after;
        GenerationStart begun;
        long began = System.nanoTime();
        try (ReplicatedDatabase engine = ReplicatedDatabase.builder(db)
                .replica(Restores.replica(replica), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(kind == Kind.HARD ? CrashingApplication.hardSettings() : ReplicationSettings.defaults())
                .build()) {
            engine.open();
            long[] found;
            try (Connection connection = Sql.connect(db)) {
                assertThat(Sql.text(connection, "pragma integrity_check")).isEqualTo("ok");
                found = Entries.check(connection);
            }
            Entries.assertContains(found, ledger.committed());
            engine.start();
            Await.until("in step", () -> engine.status().position() != null);
            assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
            slowestRestart = Math.max(slowestRestart, System.nanoTime() - began);
            after = engine.status().position().generation();
            begun = engine.status().lastGeneration();
            ledger.acknowledged(found);
        }
        Restores.assertEqual(replica, db, folder.resolve("restored.db"));
        boolean goesOn = after.equals(before);
        if (!goesOn) {
            newGenerations.merge(String.valueOf(begun.reason()), 1, Integer::sum);
        }
        return goesOn;
    }

    private Generation generationOnDisk() throws IOException {
        Path file = Restores.meta(db).resolve("generation");
        return Files.exists(file) ? Generation.parse(Files.readString(file).strip()) : null;
    }

    private void restoreLostDisk() throws Exception {
        Restores.loseDisk(db);
        Restores.inPlace(Restores.replica(replica), db);
        long[] found = Entries.check(db);
        Entries.assertContains(found, ledger.acknowledged());
        // what was never acknowledged by the replica is allowed to be gone
        for (int writer = 0; writer < found.length; writer++) {
            ledger.committed(writer, found[writer]);
        }
        ledger.acknowledged(found);
    }
}
