package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Restore, use, replicate once, delete: the local database goes only when a replica proves to hold it. */
@Timeout(60)
class OneTimeReplicationTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Path database;
    private Path root;
    private OneTimeReplication once;

    @BeforeEach
    void create() throws Exception {
        database = Files.createDirectories(folder.resolve("data")).resolve("db.sqlite");
        root = folder.resolve("replica");
        once = new OneTimeReplication(database, List.of(Restores.replica(root)));
        Sql.run(database, "create table note(text)", "insert into note values('first')");
    }

    @Test
    void roundAfterRoundTheDatabaseLivesInTheReplica() throws Exception {
        for (int round = 1; round <= 3; round++) {
            assertThat(once.replicateAndDelete(LONG)).isTrue();
            nothingIsLeft();

            assertThat(once.restore().kind()).isEqualTo(InPlaceRestore.Kind.RESTORED);
            Sql.run(database, "insert into note values('round " + round + "')");
        }
        assertThat(notes()).isEqualTo("first\nround 1\nround 2\nround 3");
    }

    @Test
    void secondReplicationGoesOnWithTheGeneration() throws Exception {
        assertThat(once.replicate(LONG)).isTrue();
        Sql.run(database, "insert into note values('second')", "pragma wal_checkpoint(passive)");
        assertThat(once.replicate(LONG)).isTrue();
        assertThat(once.replicate(LONG)).isTrue();

        once.delete();
        nothingIsLeft();
        once.restore();
        assertThat(notes()).isEqualTo("first\nsecond");
    }

    @Test
    void deletingWhatIsNotThereIsNothing() throws Exception {
        once.replicateAndDelete(LONG);
        once.delete();
    }

    @Test
    void replicaThatDoesNotAnswerInTimeDeletesNothing() throws Exception {
        Files.writeString(root, "a file in the place of the folder");

        assertThat(once.replicateAndDelete(Duration.ofMillis(300))).isFalse();
        assertThat(notes()).isEqualTo("first");
    }

    @Test
    void missingDatabaseIsAnError() {
        OneTimeReplication none = new OneTimeReplication(folder.resolve("none.db"), List.of(Restores.replica(root)));
        assertThatThrownBy(() -> none.replicate(LONG)).isInstanceOf(LitestreamException.class);
    }

    @Test
    void databaseThatIsOpenIsNotDeleted() throws Exception {
        try (Connection open = Sql.connect(database)) {
            Sql.run(open, "select * from note");
            assertThatThrownBy(() -> once.replicateAndDelete(LONG))
                    .isInstanceOf(DatabaseAccessException.class)
                    .hasMessageContaining("in use");
        }
        assertThat(notes()).isEqualTo("first");
    }

    @Test
    void commitAfterTheReplicationKeepsTheDatabase() throws Exception {
        once.replicate(LONG);
        Sql.run(database, "insert into note values('later')");

        assertThatThrownBy(once::delete)
                .isInstanceOf(DatabaseAccessException.class)
                .hasMessageContaining("replicate once more");
        assertThat(notes()).isEqualTo("first\nlater");
    }

    @Test
    void databaseThatWasNeverReplicatedIsNotDeleted() throws Exception {
        assertThatThrownBy(once::delete).isInstanceOf(DatabaseAccessException.class);
        assertThat(notes()).isEqualTo("first");
    }

    @Test
    void replicaThatLostItsLastSegmentKeepsTheDatabase() throws Exception {
        try (ReplicatedDatabase replicated = ReplicatedDatabase.builder(database)
                .replica(Restores.replica(root), ReplicaSettings.syncingEvery(Duration.ZERO))
                .build()) {
            replicated.open();
            replicated.start();
            assertThat(OneTimeReplication.replicate(replicated, LONG)).isTrue();
            Sql.run(database, "insert into note values('second')");
            assertThat(OneTimeReplication.replicate(replicated, LONG)).isTrue();
        }
        deleteNewestSegment();

        assertThatThrownBy(once::delete)
                .isInstanceOf(DatabaseAccessException.class)
                .hasMessageContaining("no replica holds everything");
        assertThat(notes()).isEqualTo("first\nsecond");
    }

    @Test
    void oneReplicaThatHoldsItIsEnoughToDelete() throws Exception {
        Replica second =
                new Replica("second", new io.litestream4j.replica.file.FileReplicaClient(folder.resolve("second")));
        OneTimeReplication both = new OneTimeReplication(database, List.of(Restores.replica(root), second));
        both.replicate(LONG);
        Restores.deleteRecursively(root);

        both.delete();
        nothingIsLeft();
    }

    @Test
    void whateverADeletionThatWasKilledLeavesTheNextRestoreIsWhole() throws Exception {
        once.replicate(LONG);
        Path kept = folder.resolve("kept");
        Restores.copyRecursively(database.getParent(), kept);
        once.delete();
        // killed after the database itself: the local state and, say, an old WAL are still there
        Restores.deleteRecursively(database.getParent());
        Files.delete(kept.resolve("db.sqlite"));
        Files.writeString(kept.resolve("db.sqlite-wal"), "stale");
        Restores.copyRecursively(kept, database.getParent());

        assertThat(once.restore().kind()).isEqualTo(InPlaceRestore.Kind.RESTORED);
        assertThat(notes()).isEqualTo("first");
        assertThat(once.replicate(LONG)).isTrue();
        assertThat(Restores.generations(root)).hasSize(2);
    }

    @Test
    void whatElseLiesInTheFolderOfTheLocalStateStays() throws Exception {
        Path shared = Files.createDirectories(folder.resolve("shared"));
        Path inside = shared.resolve("replica");
        Files.writeString(shared.resolve("letters.txt"), "of somebody else");
        OneTimeReplication beside = new OneTimeReplication(
                database,
                List.of(Restores.replica(inside)),
                ReplicationSettings.builder().metaPath(shared).build());

        assertThat(beside.replicateAndDelete(LONG)).isTrue();

        assertThat(shared.resolve("generation")).doesNotExist();
        assertThat(shared.resolve("generations")).doesNotExist();
        assertThat(shared.resolve("letters.txt")).hasContent("of somebody else");
        beside.restore();
        assertThat(notes()).isEqualTo("first");
    }

    @Test
    void replicaInTheFolderOfTheLocalStateIsRefused() throws Exception {
        Files.createSymbolicLink(folder.resolve("link"), Files.createDirectories(root));
        for (Path meta : List.of(root, folder.resolve("link"))) {
            ReplicationSettings settings =
                    ReplicationSettings.builder().metaPath(meta).build();
            assertThatThrownBy(() -> new OneTimeReplication(database, List.of(Restores.replica(root)), settings))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("meta-path");
            assertThatThrownBy(() -> ReplicatedDatabase.builder(database)
                            .settings(settings)
                            .replica(Restores.replica(root), ReplicaSettings.defaults())
                            .build())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void generationOfAClockThatWasAheadIsNotTakenForTheNewerOne() throws Exception {
        once.replicateAndDelete(LONG);
        dateObjects(Instant.now().plus(Duration.ofHours(1)));
        once.restore();
        Sql.run(database, "insert into note values('second')");

        assertThat(once.replicateAndDelete(LONG)).isTrue();
        once.restore();
        assertThat(notes()).isEqualTo("first\nsecond");
    }

    @Test
    void databaseThatARestoreWouldNotTakeIsKept() throws Exception {
        once.replicateAndDelete(LONG);
        Generation before = Restores.generations(root).get(0);
        once.restore();
        Sql.run(database, "insert into note values('second')");
        CountingClient client = new CountingClient(Restores.replica(root).client());
        Path later = root.resolve(ReplicaPaths.generation(Generation.parse("00000000000000aa")));
        client.fault(call -> {
            if (call.equals("writeWalSegment") && Files.notExists(later)) {
                Restores.copyRecursively(root.resolve(ReplicaPaths.generation(before)), later);
                dateObjects(later, Instant.now().plus(Duration.ofHours(1)));
            }
        });

        assertThatThrownBy(() -> new OneTimeReplication(database, List.of(new Replica("file", client.client())))
                        .replicateAndDelete(LONG))
                .isInstanceOf(DatabaseAccessException.class)
                .hasMessageContaining("a restore would take generation");
        assertThat(notes()).isEqualTo("first\nsecond");
    }

    @Test
    void generationThatBeginsInTheSecondInWhichAnotherEndedIsTheNewerOne() throws Exception {
        Replica replica =
                new Replica("seconds", countingSeconds(Restores.replica(root).client()));
        OneTimeReplication onSeconds = new OneTimeReplication(database, List.of(replica));
        for (int round = 1; round <= 5; round++) {
            assertThat(onSeconds.replicateAndDelete(LONG)).isTrue();
            onSeconds.restore();
            Sql.run(database, "insert into note values('round " + round + "')");
        }
        assertThat(notes()).isEqualTo("first\nround 1\nround 2\nround 3\nround 4\nround 5");
    }

    /** A storage that keeps times as S3 does. */
    private static ReplicaClient countingSeconds(ReplicaClient client) {
        return (ReplicaClient) Proxy.newProxyInstance(
                ReplicaClient.class.getClassLoader(),
                new Class<?>[] {ReplicaClient.class},
                (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(client, arguments);
                        return result instanceof List<?> all
                                ? all.stream()
                                        .map(OneTimeReplicationTest::inSeconds)
                                        .toList()
                                : inSeconds(result);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static @Nullable Object inSeconds(@Nullable Object listed) {
        if (listed instanceof SnapshotInfo snapshot) {
            Instant time = snapshot.createdAt().truncatedTo(ChronoUnit.SECONDS);
            return new SnapshotInfo(snapshot.generation(), snapshot.index(), snapshot.size(), time);
        }
        if (listed instanceof WalSegmentInfo segment) {
            Instant time = segment.createdAt().truncatedTo(ChronoUnit.SECONDS);
            return new WalSegmentInfo(segment.position(), segment.size(), time);
        }
        return listed;
    }

    private void dateObjects(Instant time) throws IOException {
        dateObjects(root, time);
    }

    private static void dateObjects(Path below, Instant time) throws IOException {
        try (Stream<Path> files = Files.walk(below)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(time));
            }
        }
    }

    /** Of the only generation. */
    private void deleteNewestSegment() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            Path newest = files.filter(file -> file.toString().endsWith(".wal.lz4"))
                    .max(Comparator.comparing(Path::getFileName))
                    .orElseThrow();
            Files.delete(newest);
        }
    }

    private void nothingIsLeft() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(database.getParent())) {
            assertThat(files).containsExactly(Restores.meta(database));
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Restores.meta(database))) {
            assertThat(files).containsExactly(Restores.meta(database).resolve("lock"));
        }
    }

    private String notes() throws SQLException {
        try (Connection connection = Sql.plain(database)) {
            return Sql.text(connection, "select text from note order by rowid");
        }
    }
}
