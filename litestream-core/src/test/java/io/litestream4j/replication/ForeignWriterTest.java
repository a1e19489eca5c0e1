package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaPaths;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Litestream process that was there first, and ships the same WAL in other pieces. */
@Timeout(60)
class ForeignWriterTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Path database;
    private Path root;

    @BeforeEach
    void create() throws Exception {
        database = folder.resolve("app.db");
        root = folder.resolve("replica");
        Sql.run(database, "create table note(text)");
    }

    @Test
    void segmentsOfSomebodyElseEndReplicationAndTheGeneration() throws Exception {
        Generation before;
        try (ReplicatedDatabase engine = engine();
                Connection application = Sql.connect(database)) {
            engine.open();
            engine.start();
            Position first = commit(engine, application);
            Position last = commit(engine, application);
            before = last.generation();
            engine.enforceRetention();
            assertThat(engine.status().state()).isEqualTo(ReplicationStatus.State.REPLICATING);

            Position between = first.atOffset(first.offset() - 4120);
            assertThat(between.offset()).isPositive();
            Files.writeString(root.resolve(ReplicaPaths.walSegment(between)), "of another replicator");
            Position ignored = commit(engine, application);
            engine.enforceRetention();

            assertThat(engine.status().state()).isEqualTo(ReplicationStatus.State.FENCED);
            assertThat(engine.status().detail())
                    .contains("another process", ReplicaPaths.walSegment(between), "restart the application");
        }
        try (ReplicatedDatabase engine = engine()) {
            engine.open();
            engine.start();
            assertThat(engine.syncAll(SOON)).isTrue();
            assertThat(engine.sync().generation()).isNotEqualTo(before);
        }
    }

    private Position commit(ReplicatedDatabase engine, Connection application) throws Exception {
        Sql.run(application, "insert into note values('a'), (hex(zeroblob(9000)))");
        assertThat(engine.syncAll(SOON)).isTrue();
        return engine.sync();
    }

    private ReplicatedDatabase engine() {
        Replica replica = Restores.replica(root);
        return ReplicatedDatabase.builder(database)
                .replica(replica, ReplicaSettings.syncingEvery(Duration.ZERO))
                .build();
    }
}
