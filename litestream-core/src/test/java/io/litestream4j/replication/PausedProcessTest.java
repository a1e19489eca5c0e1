package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole process stands still for a while, as a machine does that is suspended; then it goes on. */
@Timeout(600)
class PausedProcessTest {

    private static final int PAUSES = Integer.getInteger("litestream.test.pauses", 2);
    private static final Duration PAUSE = Duration.ofMillis(Integer.getInteger("litestream.test.pauseMillis", 1500));

    @TempDir
    Path folder;

    @BeforeEach
    void assumeKill() {
        Outside.assumeCommand("kill");
    }

    @Test
    void applicationThatStoodStillGoesOnAndNothingIsLost() throws Exception {
        Home home = Home.create(folder);
        try (Child child = home.start(List.of())) {
            for (int i = 0; i < PAUSES; i++) {
                home.awaitAcknowledged(child, 200);
                Outside.run("kill", "-STOP", String.valueOf(child.pid()));
                long until = System.nanoTime() + PAUSE.toNanos();
                home.assertRestores();
                while (System.nanoTime() < until) {
                    LockSupport.parkNanos(until - System.nanoTime()); // the pause is the subject
                }
                Outside.run("kill", "-CONT", String.valueOf(child.pid()));
            }
            home.awaitAcknowledged(child, 200);
            assertThat(child.ask("failures")).isEqualTo("0 commits, 0 waits");
            home.end(child);
        }
        assertThat(Restores.generations(home.replica()))
                .as("the same history goes on")
                .hasSize(1);
    }

    /** A checkpoint of somebody else, while the process that pins the WAL stands still. */
    @Test
    void whatAnotherProcessDoesMeanwhileIsFoundWhenItGoesOn() throws Exception {
        Home home = Home.create(folder);
        try (Child child = home.start(List.of())) {
            home.awaitAcknowledged(child, 200);
            Outside.run("kill", "-STOP", String.valueOf(child.pid()));
            try (Connection other = Sql.plain(home.db())) {
                Sql.run(other, "pragma busy_timeout=100");
                System.out.println(
                        "a checkpoint beside the paused process: " + Sql.text(other, "pragma wal_checkpoint(PASSIVE)"));
            } finally {
                Outside.run("kill", "-CONT", String.valueOf(child.pid()));
            }
            home.awaitAcknowledged(child, 200);
            home.end(child);
        }
        assertThat(Restores.generations(home.replica())).as("the pin held").hasSize(1);
    }
}
