package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Position;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What replicas hear of commits that the monitor didn't copy itself, or that nobody can copy now. */
@Timeout(120)
class MonitorTest {

    @TempDir
    Path folder;

    private Path file;
    private ReplicationEngine engine;
    private Monitor monitor;

    @BeforeEach
    void start() throws Exception {
        file = folder.resolve("app.db");
        Entries.create(file);
        ReplicationSettings settings = ReplicationSettings.builder()
                .monitorInterval(Duration.ofMillis(500))
                .checkpointInterval(Duration.ofHours(1))
                .build();
        ReplicatedDatabase.Builder builder = ReplicatedDatabase.builder(file)
                .settings(settings)
                .replica(
                        new Replica("backup", new FileReplicaClient(folder.resolve("replica"))),
                        ReplicaSettings.syncingEvery(Duration.ZERO));
        engine = new ReplicationEngine(builder);
        monitor = new Monitor(engine, settings);
        engine.onMonitorWanted(() -> monitor.task().wakeWithin(0));
        engine.workers().forEach(ReplicaWorker::start);
        monitor.task().start();
        Await.until("everything on the replica", () -> everythingIsShipped());
    }

    @AfterEach
    void stop() throws Exception {
        monitor.task().halt(Duration.ofSeconds(10).toNanos());
        for (ReplicaWorker worker : engine.workers()) {
            worker.halt(Duration.ofSeconds(10).toNanos());
        }
        engine.closeSource();
        engine.threads().close();
    }

    @Test
    void commitThatASnapshotCopiedIsShipped() throws Exception {
        SourceDatabase source = engine.source();
        boolean copiedBySomebodyElse = false;
        for (int i = 0; i < 50 && !copiedBySomebodyElse; i++) {
            Sql.run(file, "create table t" + i + " (x text)");
            // as the begin of a snapshot does it, before the monitor looks
            copiedBySomebodyElse = source.sync();
        }
        assertThat(copiedBySomebodyElse).isTrue();
        Await.until("what was copied is on the replica", () -> everythingIsShipped());
        assertThat(replica().position()).isEqualTo(source.position());
    }

    @Test
    void replicaIsBehindFromTheMomentWhenItsGenerationCanNotGoOn() throws Exception {
        try (Connection reader = Sql.connect(file);
                Connection writer = Sql.connect(file)) {
            reader.setAutoCommit(false);
            reader.createStatement()
                    .executeQuery("select count(*) from sqlite_schema")
                    .next();
            Position before = engine.source().position();
            Sql.run(writer, "create table later (x text)");
            monitor.task().wakeWithin(0);
            Await.until(
                    "the commit on the replica",
                    () -> !engine.source().position().equals(before) && everythingIsShipped());
            engine.source().breakGeneration("in the test");
            monitor.task().wakeWithin(0);
            // the reader keeps the WAL from being sealed, so no generation can begin for half a minute
            Await.until("something waits", () -> replica().pendingSince() != null);
            assertThat(engine.status(false).position()).isNull();
            reader.rollback();
        }
        Await.until("the next generation is on the replica", () -> everythingIsShipped());
        assertThat(replica().pendingSince()).isNull();
    }

    private boolean everythingIsShipped() {
        Position copied = engine.status(false).position();
        return copied != null
                && copied.equals(replica().position())
                && replica().pendingSince() == null;
    }

    private ReplicaStatus replica() {
        return engine.status(false).replicas().get(0);
    }
}
