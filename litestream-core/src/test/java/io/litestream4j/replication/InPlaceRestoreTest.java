package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.DatabaseAccessException;
import io.litestream4j.Generation;
import io.litestream4j.NoBackupException;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.database.DatabaseClaim;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.InPlaceRestore.Kind;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A database restored in its own place: once for each request, and never beside another process. */
@Timeout(60)
class InPlaceRestoreTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:15:00Z");
    private static final Path ASIDE = Path.of("app.db.replaced-20261121T101500Z");

    @TempDir
    Path folder;

    private Path database;
    private Path root;
    private Replica replica;
    private final InPlaceRestore restore = new InPlaceRestore(
            null, new Restorer(), Clock.fixed(NOW, ZoneOffset.UTC), new Operations("", List.of(), Clock.systemUTC()));

    @BeforeEach
    void backUpAndGoOn() throws Exception {
        database = folder.resolve("data").resolve("app.db");
        root = folder.resolve("replica");
        replica = Restores.replica(root);
        Files.createDirectories(database.getParent());
        Sql.run(database, "create table note(text)", "insert into note values('backed up')");
        replicateOnce();
        Sql.run(database, "insert into note values('local only')");
    }

    @Test
    void newestStateReplacesTheDatabaseOnceAndOnlyOnce() throws Exception {
        InPlaceRestore.Outcome first = restore.replace(newest());
        assertThat(first.kind()).isEqualTo(Kind.REPLACED);
        assertThat(first.keptAside()).isEqualTo(database.resolveSibling(ASIDE));
        assertThat(notes(database)).isEqualTo("backed up");
        assertThat(notes(database.resolveSibling(ASIDE))).isEqualTo("backed up\nlocal only");

        Sql.run(database, "insert into note values('since')");
        InPlaceRestore.Outcome again = restore.replace(newest());
        assertThat(again.kind()).isEqualTo(Kind.REPLACED_BEFORE);
        assertThat(again.replacedAt()).isEqualTo(NOW);
        assertThat(notes(database)).isEqualTo("backed up\nsince");
    }

    @Test
    void changedRequestIsCarriedOut() throws Exception {
        restore.replace(newest());
        Sql.run(database, "insert into note values('since')");
        Generation generation = Restores.generations(root).get(0);

        InPlaceRestore.Outcome changed = restore.replace(request(request -> request.generation(generation)));

        assertThat(changed.kind()).isEqualTo(Kind.REPLACED);
        assertThat(notes(database)).isEqualTo("backed up");
        assertThat(notes(database.resolveSibling(ASIDE + "-2"))).isEqualTo("backed up\nsince");
    }

    @Test
    void startWithoutTheSettingMakesTheSameRequestANewOne() throws Exception {
        restore.replace(newest());
        assertThat(restore.ifMissing(newest()).kind()).isEqualTo(Kind.EXISTS);

        assertThat(restore.replace(newest()).kind()).isEqualTo(Kind.REPLACED);
    }

    @Test
    void databaseThatIsReplacedBeginsAGeneration() throws Exception {
        restore.replace(newest());
        replicateOnce();

        assertThat(Restores.generations(root)).hasSize(2);
        Path copy = folder.resolve("copy.db");
        Restores.newest(root, copy);
        assertThat(notes(copy)).isEqualTo("backed up");
    }

    @Test
    void missingDatabaseIsRestoredAndTheRequestIsCarriedOut() throws Exception {
        Restores.loseDisk(database);

        InPlaceRestore.Outcome outcome = restore.replace(newest());

        assertThat(outcome.kind()).isEqualTo(Kind.REPLACED);
        assertThat(outcome.keptAside()).isNull();
        assertThat(notes(database)).isEqualTo("backed up");
        assertThat(restore.replace(newest()).kind()).isEqualTo(Kind.REPLACED_BEFORE);
    }

    @Test
    void databaseThatDisappearedAfterItWasReplacedIsNotTakenBackInSilence() throws Exception {
        restore.replace(newest());
        Files.delete(database);

        assertThatThrownBy(() -> restore.replace(newest()))
                .isInstanceOf(DatabaseAccessException.class)
                .hasMessageContaining("is missing, and was replaced as asked for (newest) at " + NOW);
        assertThat(restore.ifMissing(newest()).kind()).isEqualTo(Kind.RESTORED);
    }

    @Test
    void withoutABackupTheDatabaseStays() throws Exception {
        Restores.deleteRecursively(root);

        assertThatThrownBy(() -> restore.replace(newest())).isInstanceOf(NoBackupException.class);
        isUntouched();
    }

    @Test
    void unreachableReplicaLeavesTheDatabase() throws Exception {
        Restores.deleteRecursively(root);
        Files.writeString(root, "a file in the place of the folder");

        assertThatThrownBy(() -> restore.replace(newest())).isInstanceOf(ReplicaUnreachableException.class);
        isUntouched();
    }

    @Test
    void damagedBackupLeavesTheDatabase() throws Exception {
        Path snapshot = root.resolve("generations/" + Restores.generations(root).get(0))
                .resolve("snapshots/00000000.snapshot.lz4");
        Files.write(snapshot, new byte[(int) Files.size(snapshot)]);

        assertThatThrownBy(() -> restore.replace(newest())).isInstanceOf(CorruptBackupException.class);
        isUntouched();
    }

    @Test
    void databaseThatAnEngineReplicatesIsLeftAlone() throws Exception {
        try (ReplicatedDatabase running = engine()) {
            running.open();
            assertThatThrownBy(() -> restore.replace(newest()))
                    .isInstanceOf(DatabaseAccessException.class)
                    .hasMessageContaining("replicated by another process");
        }
        isUntouched();
    }

    @Test
    void databaseThatAConnectionUsesIsLeftAlone() throws Exception {
        try (Connection user = Sql.connect(database)) {
            Sql.run(user, "select * from note");
            assertThatThrownBy(() -> restore.replace(newest()))
                    .isInstanceOf(DatabaseAccessException.class)
                    .hasMessageContaining("in use");
        }
        isUntouched();
    }

    @Test
    void secondProcessOnAnEmptyDiskWaitsForTheFirstAndFindsItsDatabase() throws Exception {
        Restores.loseDisk(database);
        CompletableFuture<InPlaceRestore.Outcome> second;
        try (DatabaseClaim first = DatabaseClaim.tryTake(database, null)) {
            assertThat(first).isNotNull();
            second = CompletableFuture.supplyAsync(() -> ifMissing());
            assertThatThrownBy(() -> second.get(300, TimeUnit.MILLISECONDS))
                    .as("it waits")
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            assertThat(database).doesNotExist();
            new Restorer().restore(newest());
        }
        assertThat(second.get().kind()).isEqualTo(Kind.EXISTS);
        assertThat(notes(database)).isEqualTo("backed up");
    }

    @Test
    void secondProcessRestoresWhenTheFirstDiesWithoutADatabase() throws Exception {
        Restores.loseDisk(database);
        CompletableFuture<InPlaceRestore.Outcome> second;
        try (DatabaseClaim first = DatabaseClaim.tryTake(database, null)) {
            assertThat(first).isNotNull();
            second = CompletableFuture.supplyAsync(() -> ifMissing());
            assertThat(second).isNotDone();
        }
        assertThat(second.get().kind()).isEqualTo(Kind.RESTORED);
    }

    @Test
    void existingDatabaseIsNotEvenLookedAtBesideARunningEngine() throws Exception {
        try (ReplicatedDatabase running = engine()) {
            running.open();
            assertThat(restore.ifMissing(newest()).kind()).isEqualTo(Kind.EXISTS);
        }
    }

    private InPlaceRestore.Outcome ifMissing() {
        try {
            return restore.ifMissing(newest());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void isUntouched() throws SQLException, IOException {
        try (DirectoryStream<Path> others = Files.newDirectoryStream(database.getParent(), "app.db.*")) {
            assertThat(others).isEmpty();
        }
        assertThat(notes(database)).isEqualTo("backed up\nlocal only");
        assertThat(DatabaseClaim.lastReplacement(database, null)).isNull();
    }

    private RestoreRequest newest() {
        return request(request -> {});
    }

    private RestoreRequest request(Consumer<RestoreRequest.Builder> more) {
        RestoreRequest.Builder builder = RestoreRequest.to(database).from(java.util.List.of(replica));
        more.accept(builder);
        return builder.build();
    }

    private ReplicatedDatabase engine() {
        return ReplicatedDatabase.builder(database)
                .replica(replica, ReplicaSettings.syncingEvery(Duration.ZERO))
                .build();
    }

    private void replicateOnce() throws Exception {
        assertThat(new OneTimeReplication(database, java.util.List.of(replica)).replicate(Duration.ofSeconds(20)))
                .isTrue();
    }

    private static String notes(Path file) throws SQLException {
        try (Connection connection = Sql.plain(file)) {
            return Sql.text(connection, "select text from note order by rowid");
        }
    }
}
