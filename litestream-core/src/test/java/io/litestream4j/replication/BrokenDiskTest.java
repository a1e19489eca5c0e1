package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kernel answers calls of an application and its engine with EIO, or kills them in the middle of one. */
@Timeout(600)
class BrokenDiskTest {

    /** How long a child may live whose threads don't make as many calls as would kill it. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long SEED = Long.getLong("litestream.test.brokenDiskSeed", System.nanoTime());
    private static final int ROUNDS = Integer.getInteger("litestream.test.brokenDiskRounds", 1);
    private static final int KILLS = Integer.getInteger("litestream.test.callKills", 3);
    private static final String[] DYING_IN = {"fdatasync", "link", "fsync", "rename", "pwrite64", "unlink"};

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);

    @BeforeEach
    void assumeStrace() throws Exception {
        Outside.assumeStrace();
    }

    @Test
    void fsyncThatGoesWrongCountsAsNotStored() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Home home = Home.create(folder.resolve("fsync-" + round));
            survive(
                    home,
                    List.of(
                            "-e",
                            "trace=fsync,fdatasync",
                            "-e",
                            "inject=fdatasync:error=EIO:when=1+" + (3 + random.nextInt(4)),
                            "-e",
                            "inject=fsync:error=EIO:when=" + (5 + random.nextInt(10)) + "+"
                                    + (20 + random.nextInt(20))),
                    "fsync of the shadow WAL went wrong, its content counts as lost");
        }
    }

    @Test
    void readThatGoesWrongIsRepeated() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Home home = Home.create(folder.resolve("read-" + round));
            survive(
                    home,
                    List.of(
                            "-P",
                            home.db().toString(),
                            "-P",
                            home.db() + "-wal",
                            "-e",
                            "trace=pread64",
                            "-e",
                            "inject=pread64:error=EIO:when=" + (300 + random.nextInt(100)) + "+"
                                    + (97 + random.nextInt(50))),
                    "no generation exists");
        }
    }

    @Test
    void killedInTheMiddleOfACallNothingIsLost() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            String call = DYING_IN[kill % DYING_IN.length];
            int at = 1 + random.nextInt(call.equals("pwrite64") ? 300 : 3); // strace counts the calls of each thread
            String what = "killed at " + call + " number " + at + ", seed " + SEED;
            try {
                Home home = Home.create(folder.resolve("kill-" + kill));
                try (Child child = home.start(
                        strace(List.of("-e", "trace=" + call, "-e", "inject=" + call + ":signal=KILL:when=" + at)))) {
                    if (!child.endsWithin(PATIENCE)) {
                        what += ", which no thread of it reached: killed then";
                        child.killAll();
                    }
                }
                home.assertRestoresIfAcknowledged();
                home.goOn();
            } catch (AssertionError | Exception e) {
                throw new AssertionError(what + ": " + e.getMessage(), e);
            }
            System.out.println(what + ": nothing is lost");
        }
    }

    /** @param reason for which a generation must have begun; part of it */
    private void survive(Home home, List<String> faults, String reason) throws Exception {
        try (Child child = home.start(strace(faults))) {
            home.awaitAcknowledged(child, 1500);
            assertThat(child.isAlive()).as(home.log()).isTrue();
            home.assertRestores();
            System.out.println(faults + ": failed " + child.ask("failures") + ", seed " + SEED);
            home.awaitAcknowledged(child, 300);
            Await.until(
                    "a generation: " + reason, () -> child.ask("generations").contains(reason));
            child.send("quit");
            assertThat(child.exitCode()).as("seed " + SEED).isZero();
        } catch (AssertionError | Exception e) {
            throw new AssertionError("seed " + SEED + ", " + faults + ": " + e.getMessage(), e);
        }
        assertThat(Files.readString(folder.resolve("strace.txt"))).contains("EIO (Input/output error) (INJECTED)");
        home.assertRestores();
        home.goOn();
    }

    private List<String> strace(List<String> options) {
        List<String> command = new ArrayList<>(List.of(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-qq",
                "-o",
                folder.resolve("strace.txt").toString()));
        command.addAll(options);
        return command;
    }
}
