package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.NoBackupException;
import io.litestream4j.crash.CrashPoint;
import io.litestream4j.crash.Loss;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.CrashWorld.Known;
import io.litestream4j.replication.ReplicationStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;

/** What a crash left: the oracle of every script. */
final class CrashedWorld {

    private static final ReplicaSettings SETTINGS = ReplicaSettings.builder()
            .syncInterval(Duration.ZERO)
            .retention(Duration.ZERO)
            .build();

    private final Path root;
    private final Path db;
    private final Path replica;
    private final Known known;
    private int restores;

    CrashedWorld(CrashPoint<Known> point, Path root, Loss loss, Random random) throws IOException {
        this.root = root;
        this.db = root.resolve("data").resolve("app.db");
        this.replica = root.resolve("replica");
        this.known = point.known();
        point.leave(root, loss, random);
        Path kept = root.resolve("kept").resolve("app.db-wal");
        Path wal = Path.of(db + "-wal");
        if (loss != Loss.NOTHING && Files.exists(kept) && !Files.exists(wal) && random.nextBoolean()) {
            Files.createLink(wal, kept); // that SQLite deleted it was not durable
        }
        if (known.record()) {
            RecordOfShutdown.adopt(db);
        }
    }

    /**
     * The disk is lost; or it isn't, and the application goes on.
     *
     * @param twice whether once more after a clean end
     */
    void check(boolean twice) throws Exception {
        OptionalInt restored = restore();
        if (known.acknowledged() > 0) {
            assertThat(restored)
                    .as("a backup exists, since something was acknowledged")
                    .isPresent();
        }
        restored.ifPresent(number -> assertThat(number)
                .as("restored before the restart")
                .isBetween(known.acknowledged(), known.committed()));
        ageTemporaryFiles();
        goOn(known.committed());
        assertNoTemporaryFiles();
        if (twice) {
            goOn(known.committed() + 1);
        }
    }

    private OptionalInt restore() throws Exception {
        Path target = root.resolve("restored-" + restores++);
        try {
            Restores.newest(replica, target);
        } catch (NoBackupException e) {
            return OptionalInt.empty();
        }
        int number = Commits.check(target);
        Files.delete(target);
        return OptionalInt.of(number);
    }

    private void goOn(int committed) throws Exception {
        try (ReplicatedDatabase engine =
                CrashWorld.engine(db, new FileReplicaClient(replica), SETTINGS, Clock.systemUTC())) {
            engine.open();
            engine.start();
            try (Connection app = CrashWorld.connect(db)) {
                assertThat(Commits.check(app)).as("in the database").isEqualTo(committed);
                Sql.run(app, "begin immediate");
                Commits.run(app, committed + 1);
                Sql.run(app, "commit");
                assertThat(engine.awaitReplicated(engine.sync(), CrashWorld.LIMIT))
                        .as("acknowledged after the restart; " + engine.status())
                        .isTrue();
                assertThat(restore()).as("restored after the restart").hasValue(committed + 1);
                ReplicationStatus status = engine.status();
                assertThat(status.state()).isEqualTo(State.REPLICATING);
                assertThat(status.detail()).isNull();
                assertThat(status.replicas().get(0).lastError()).isNull();
            }
        }
    }

    /** No run takes what a run before has begun a moment ago for abandoned. */
    private void ageTemporaryFiles() throws IOException {
        for (Path file : temporaryFiles(replica)) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        }
    }

    private void assertNoTemporaryFiles() throws IOException {
        assertThat(temporaryFiles(root.resolve("data"))).isEmpty();
        Generation current = Generation.parse(
                Files.readString(Restores.meta(db).resolve("generation")).strip());
        assertThat(temporaryFiles(
                        replica.resolve("generations").resolve(current.name()).resolve("wal")))
                .isEmpty();
    }

    private static List<Path> temporaryFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".tmp")
                            || file.getFileName().toString().contains(".spill"))
                    .toList();
        }
    }
}
