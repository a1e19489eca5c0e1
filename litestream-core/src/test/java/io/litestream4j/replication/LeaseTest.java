package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.lease.NewerBackupException;
import io.litestream4j.lease.OnConflict;
import io.litestream4j.lease.OnNewerBackup;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.restore.RestoreRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two instances, each with a database of its own, and one replica. */
@Timeout(120)
class LeaseTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Path root;

    /** Most of these tests take a replica over with a database of another content. */
    private OnNewerBackup onNewerBackup = OnNewerBackup.IGNORE;

    private final List<ReplicatedDatabase> open = new ArrayList<>();
    private final List<String> fenced = new CopyOnWriteArrayList<>();

    @BeforeEach
    void create() {
        root = folder.resolve("replica");
    }

    @AfterEach
    void close() {
        open.forEach(ReplicatedDatabase::close);
    }

    @Test
    void secondInstanceShipsNothingUntilTheFirstOneHasEnded() throws Exception {
        ReplicatedDatabase first = started("first");
        commit(first, "of the first");
        ReplicatedDatabase second = started("second");
        write(second, "of the second");

        Await.until("it waits", () -> state(second) == ReplicaState.WAITING_FOR_LEASE);
        assertThat(replica(second).lastError()).contains("is written by process", "unless it is renewed");
        assertThat(replica(second).lease())
                .isNotNull()
                .satisfies(lease -> assertThat(lease.own()).isFalse());
        assertThat(Restores.generations(root)).hasSize(1);
        commit(first, "of the first again");
        assertThat(newestNotes()).containsExactly("of the first", "of the first again");
    }

    @Test
    void instanceWithADatabaseOfItsOwnDoesNotBuryWhatTheOtherOneWrote() throws Exception {
        ReplicatedDatabase first = started("first");
        commit(first, "of the first");
        onNewerBackup = OnNewerBackup.FAIL;
        ReplicatedDatabase second = started("second");
        write(second, "of the second");
        Await.until("it waits", () -> state(second) == ReplicaState.WAITING_FOR_LEASE);
        first.close();

        Await.until("it is fenced", () -> state(second) == ReplicaState.FENCED);
        assertThat(replica(second).lastError())
                .contains(
                        "another instance has written generation",
                        "not its continuation",
                        "restore.mode=replace",
                        "lease.on-newer-backup=ignore");
        assertThat(newestNotes()).containsExactly("of the first");
        second.close();

        // a restart decides nothing, whoever restarts it
        ReplicatedDatabase again = database(second.database());
        again.open();
        assertThatThrownBy(again.leases()::takeForUse)
                .isInstanceOf(NewerBackupException.class)
                .hasMessageContaining("litestream.lease.on-newer-backup=ignore");
        again.close();
        // a person does
        onNewerBackup = OnNewerBackup.IGNORE;
        ReplicatedDatabase decided = started("second");
        commit(decided, "of the second again");
        decided.close();
        assertThat(newestNotes()).containsExactly("of the second", "of the second again");
        assertThat(Restores.generations(root)).hasSize(2);
        // and once is enough
        onNewerBackup = OnNewerBackup.FAIL;
        ReplicatedDatabase after = started("second");
        commit(after, "later");
        assertThat(state(after)).isEqualTo(ReplicaState.REPLICATING);
    }

    @Test
    void fencedInstanceThatIsRestartedWhenTheOtherOneHasEndedDoesNotComeBackWithItsOldState() throws Exception {
        onNewerBackup = OnNewerBackup.FAIL;
        ReplicatedDatabase first = started("first");
        commit(first, "of the first");
        first.close();
        ReplicatedDatabase second = restored("second");
        commit(second, "of the second");
        second.close();

        ReplicatedDatabase back = database(first.database());
        back.open();
        assertThatThrownBy(back.leases()::takeForUse).isInstanceOf(NewerBackupException.class);
        back.close();
        assertThat(newestNotes()).containsExactly("of the first", "of the second");
    }

    @Test
    void restoredDatabaseGoesOnAfterAKillBeforeItsOwnGenerationBegan() throws Exception {
        onNewerBackup = OnNewerBackup.FAIL;
        ReplicatedDatabase first = started("first");
        commit(first, "of the first");
        first.close();
        restored("second").close();
        ReplicatedDatabase second = database(folder.resolve("second/app.db"));
        second.open();
        second.leases().takeForUse();
        second.start();
        commit(second, "of the second");
        assertThat(newestNotes()).containsExactly("of the first", "of the second");
    }

    @Test
    void ofTwoJobsThatRestoredTheSameStateTheSecondOneIsRefused() throws Exception {
        ReplicatedDatabase first = started("first");
        commit(first, "before");
        first.close();
        OneTimeReplication one = new OneTimeReplication(folder.resolve("one.db"), List.of(Restores.replica(root)));
        OneTimeReplication two = new OneTimeReplication(folder.resolve("two.db"), List.of(Restores.replica(root)));
        one.restore();
        two.restore();
        Sql.run(folder.resolve("one.db"), "insert into note(writer) values('one')");
        Sql.run(folder.resolve("two.db"), "insert into note(writer) values('two')");
        assertThat(one.replicate(SOON)).isTrue();
        assertThat(two.replicate(SOON)).isFalse();
        assertThat(newestNotes()).containsExactly("before", "one");
    }

    @Test
    void backupThatTheLeaseNamesAndTheListingLacksIsNotNoBackup() throws Exception {
        ReplicatedDatabase first = started("first");
        commit(first, "of the first");
        first.close();
        Restores.deleteRecursively(root.resolve(ReplicaPaths.GENERATIONS));
        assertThatThrownBy(this::newestNotes)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContainingAll("which the lease there names as the newest", "delete lease.properties");
    }

    @Test
    void litestreamThatGoesOnWithItsOldGenerationForLongIsTheNewerOne() throws Exception {
        ReplicatedDatabase sidecar =
                database(folder.resolve("sidecar/app.db"), builder -> builder.lease(LeaseSettings.off()));
        create(sidecar);
        start(sidecar);
        commit(sidecar, "of a writer without leases");
        ReplicatedDatabase first = started("first");
        commit(first, "of the first");
        first.close();
        for (int i = 0; i < 3; i++) {
            commit(sidecar, "later " + i);
        }
        touchAll(sidecar.sync().generation(), Instant.now().plusSeconds(1));
        assertThat(newestNotes()).containsExactly("of a writer without leases", "later 0", "later 1", "later 2");
    }

    @Test
    void successorWaitsForTheEndOfTheFirstOneAndRestoresItsLastCommit() throws Exception {
        ReplicatedDatabase first = started("first");
        commit(first, "early");
        Path target = folder.resolve("second/app.db");
        Files.createDirectories(target.getParent());
        ReplicatedDatabase second = database(target);
        CompletableFuture<InPlaceRestore.Outcome> restored = CompletableFuture.supplyAsync(() -> {
            try {
                return new InPlaceRestore(null)
                        .ifMissing(
                                RestoreRequest.to(target)
                                        .from(List.of(Restores.replica(root)))
                                        .build(),
                                second.leases());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Await.until("it waits for the lease", () -> leaseIsAskedForBy(second));
        commit(first, "late");
        assertThat(restored).isNotDone();
        first.close();

        assertThat(restored.get(20, TimeUnit.SECONDS).kind()).isEqualTo(InPlaceRestore.Kind.RESTORED);
        second.open();
        second.start();
        commit(second, "of the second");
        assertThat(newestNotes()).containsExactly("early", "late", "of the second");
        assertThat(replica(second).lease())
                .isNotNull()
                .satisfies(lease -> assertThat(lease.own()).isTrue());
    }

    /** Its status comes from the lease alone before it is started. */
    private static boolean leaseIsAskedForBy(ReplicatedDatabase database) {
        return replica(database).lease() != null;
    }

    @Test
    void idleInstanceWhoseLeaseWasTakenIsFencedAtItsNextCommit() throws Exception {
        MovingClock clock = new MovingClock();
        ReplicatedDatabase first = database(folder.resolve("first/app.db"), builder -> builder.clock(clock));
        create(first);
        start(first);
        commit(first, "of the first");
        Position last = first.sync();
        expire();
        clock.advance(Duration.ofSeconds(31));
        ReplicatedDatabase second = started("second");
        commit(second, "of the second");
        assertThat(state(first)).as("it is idle, and asks nothing").isEqualTo(ReplicaState.REPLICATING);

        write(first, "never shipped");
        Await.until("fenced", () -> state(first) == ReplicaState.FENCED);
        Await.until("who listens is told", () -> !fenced.isEmpty());
        assertThat(fenced)
                .singleElement()
                .satisfies(reason -> assertThat(reason)
                        .contains("fenced: process", "has the lease since", "in the local database only"));
        assertThat(first.awaitReplicated(first.sync(), Duration.ofMillis(200))).isFalse();
        write(first, "the application goes on");
        assertThat(new FileReplicaClient(root).walSegments(last.generation()))
                .allSatisfy(segment -> assertThat(segment.position()).isLessThan(last));
        commit(second, "of the second again");
        assertThat(newestNotes()).containsExactly("of the second", "of the second again");
        assertThat(state(first)).isEqualTo(ReplicaState.FENCED);
    }

    @Test
    void uploadThatEndsAfterTheLeaseWasTakenIsNotConfirmed() throws Exception {
        MovingClock clock = new MovingClock();
        CountingClient client = new CountingClient(new FileReplicaClient(root));
        ReplicatedDatabase first = database(
                folder.resolve("first/app.db"), new Replica("file", client.client()), builder -> builder.clock(clock));
        create(first);
        start(first);
        commit(first, "of the first");
        List<ReplicatedDatabase> taking = new ArrayList<>();
        client.fault(call -> {
            if (call.equals("writeWalSegment") && taking.isEmpty()) {
                expire();
                clock.advance(Duration.ofSeconds(31));
                try {
                    ReplicatedDatabase second = started("second");
                    taking.add(second);
                    commit(second, "of the second");
                } catch (Exception e) {
                    throw new IOException(e);
                }
            }
        });
        write(first, "arrives too late");

        Await.until("fenced", () -> state(first) == ReplicaState.FENCED);
        assertThat(first.awaitReplicated(first.sync(), Duration.ofMillis(200))).isFalse();
        assertThat(newestNotes())
                .as("a late object of the older generation doesn't count")
                .containsExactly("of the second");
    }

    @Test
    void laterObjectInASupersededGenerationDoesNotCount() throws Exception {
        ReplicatedDatabase first = started("first");
        commit(first, "of the first");
        Generation old = first.sync().generation();
        first.close();
        ReplicatedDatabase second = started("second");
        commit(second, "of the second");
        touchAll(old, Instant.now().plus(Duration.ofDays(1)));
        assertThat(newestNotes()).containsExactly("of the second");

        Files.delete(root.resolve(ReplicaPaths.LEASE));
        assertThat(newestNotes()).as("without the lease times decide").containsExactly("of the first");
    }

    @Test
    void generationOfALitestreamThatWroteLaterCounts() throws Exception {
        ReplicatedDatabase first = started("first");
        commit(first, "of the first");
        first.close();
        ReplicatedDatabase sidecar =
                database(folder.resolve("sidecar/app.db"), builder -> builder.lease(LeaseSettings.off()));
        create(sidecar);
        start(sidecar);
        commit(sidecar, "of a writer without leases");
        touchAll(sidecar.sync().generation(), Instant.now().plusSeconds(1));

        assertThat(newestNotes()).containsExactly("of a writer without leases");
    }

    @Test
    void generationIsNotConfirmedBeforeTheLeaseNamesItAndNeedsNoSecondSnapshotForThat() throws Exception {
        CountingClient client = new CountingClient(new FileReplicaClient(root));
        ReplicatedDatabase database =
                database(folder.resolve("first/app.db"), new Replica("file", client.client()), builder -> builder);
        create(database);
        client.fault(call -> {
            if (call.equals("storeLease") && client.count("writeSnapshot") > 0) {
                throw new IOException("the lease can't be stored");
            }
        });
        start(database);
        write(database, "a row");
        Await.until("the snapshot is stored", () -> replica(database).lastError() != null);
        assertThat(database.awaitReplicated(database.sync(), Duration.ofMillis(300)))
                .isFalse();
        assertThat(replica(database).position()).isNull();

        client.fault(call -> {});
        assertThat(database.awaitReplicated(database.sync(), SOON)).isTrue();
        assertThat(client.count("writeSnapshot")).isEqualTo(1);
    }

    @Test
    void restartOnTheSameDiskGoesOnAtOnceWithTheSameGeneration() throws Exception {
        ReplicatedDatabase first = started("first");
        commit(first, "before");
        Generation generation = first.sync().generation();
        first.close();
        // as if it had been killed: the lease isn't given back
        Path lease = root.resolve(ReplicaPaths.LEASE);
        Files.writeString(lease, Files.readString(lease).replace("released=true", "released=false"));

        ReplicatedDatabase again = database(first.database());
        start(again);
        commit(again, "after");
        assertThat(again.sync().generation()).isEqualTo(generation);
        assertThat(newestNotes()).containsExactly("before", "after");
    }

    @Test
    void idleDatabaseRenewsNothing() throws Exception {
        MovingClock clock = new MovingClock();
        CountingClient client = new CountingClient(new FileReplicaClient(root));
        ReplicatedDatabase database = database(
                folder.resolve("first/app.db"), new Replica("file", client.client()), builder -> builder.clock(clock));
        create(database);
        start(database);
        commit(database, "a row");
        int before = client.calls().size();
        clock.advance(Duration.ofHours(1));
        assertThat(database.syncAll(SOON)).isTrue();
        assertThat(client.calls()).hasSize(before);

        commit(database, "another row");
        assertThat(client.calls().subList(before, client.calls().size()))
                .containsExactly("storeLease", "writeWalSegment");
    }

    @Test
    void pausedProcessThatGoesOnAfterItsLeaseHasEndedWritesNothing() throws Exception {
        int pauses = Integer.getInteger("litestream.test.pauses", 1);
        for (int pause = 0; pause < pauses; pause++) {
            pauseAndTakeOver(folder.resolve("pause" + pause));
        }
    }

    private void pauseAndTakeOver(Path place) throws Exception {
        Files.createDirectories(place);
        Path shared = place.resolve("replica");
        Path log = Files.createDirectories(place.resolve("child"));
        try (Child child =
                Child.start(LeasedApplication.class, log, log.resolve("app.db").toString(), shared.toString())) {
            while (Integer.parseInt(child.answer()) < 20) {
                assertThat(child.isAlive()).isTrue();
            }
            signal("STOP", child.pid());
            ReplicatedDatabase second = database(
                    place.resolve("second/app.db"),
                    Restores.replica(shared),
                    builder -> builder.lease(LeasedApplication.SHORT));
            create(second);
            second.open();
            second.leases().takeForUse();
            second.start();
            commit(second, "of the second");
            Generation current = second.sync().generation();
            List<String> others = objectsBeside(shared, current);
            signal("CONT", child.pid());
            // the child's next commits come within milliseconds: each of them asks first
            for (int i = 0; i < 20; i++) {
                commit(second, "row " + i);
            }
            String answer = child.answer();
            while (!answer.equals(LeasedApplication.FENCED)) {
                answer = child.answer();
            }
            List<String> late = objectsBeside(shared, current);
            late.removeAll(others);
            assertThat(late).as("at most the upload that was under way").hasSizeLessThanOrEqualTo(1);
            second.close();
            assertThat(notes(shared, place.resolve("restored.db"))).hasSize(21).contains("of the second");
        }
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static List<String> objectsBeside(Path root, Generation current) throws IOException {
        ReplicaClient client = new FileReplicaClient(root);
        List<String> objects = new ArrayList<>();
        for (Generation generation : client.generations()) {
            if (!generation.equals(current)) {
                client.snapshots(generation).stream()
                        .map(SnapshotInfo::toString)
                        .forEach(objects::add);
                client.walSegments(generation).stream()
                        .map(WalSegmentInfo::toString)
                        .forEach(objects::add);
            }
        }
        return objects;
    }

    /** The lease's time is over by the replica's clock. */
    private void expire() throws IOException {
        Files.setLastModifiedTime(
                root.resolve(ReplicaPaths.LEASE), FileTime.from(Instant.now().minusSeconds(31)));
    }

    private void touchAll(Generation generation, Instant time) throws IOException {
        try (var files = Files.walk(root.resolve(ReplicaPaths.generation(generation)))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(time));
            }
        }
    }

    private ReplicatedDatabase started(String name) throws Exception {
        ReplicatedDatabase database = database(folder.resolve(name).resolve("app.db"));
        create(database);
        start(database);
        return database;
    }

    /** Another instance, with what the replica holds. */
    private ReplicatedDatabase restored(String name) throws Exception {
        Path file = folder.resolve(name).resolve("app.db");
        Files.createDirectories(file.getParent());
        ReplicatedDatabase database = database(file);
        assertThat(new InPlaceRestore(null)
                        .ifMissing(
                                RestoreRequest.to(file)
                                        .from(List.of(Restores.replica(root)))
                                        .build(),
                                database.leases())
                        .kind())
                .isEqualTo(InPlaceRestore.Kind.RESTORED);
        start(database);
        return database;
    }

    private static void create(ReplicatedDatabase database) throws Exception {
        Files.createDirectories(database.database().getParent());
        Sql.run(database.database(), "create table if not exists note(id integer primary key, writer text)");
    }

    private static void start(ReplicatedDatabase database) {
        database.open();
        database.start();
    }

    private ReplicatedDatabase database(Path file) {
        return database(file, builder -> builder);
    }

    private ReplicatedDatabase database(Path file, UnaryOperator<ReplicatedDatabase.Builder> with) {
        return database(file, Restores.replica(root), with);
    }

    private ReplicatedDatabase database(Path file, Replica replica, UnaryOperator<ReplicatedDatabase.Builder> with) {
        ReplicatedDatabase.Builder builder = ReplicatedDatabase.builder(file)
                .replica(replica, ReplicaSettings.syncingEvery(Duration.ZERO))
                .lease(new LeaseSettings(true, Duration.ofSeconds(30), OnConflict.WAIT, onNewerBackup))
                .listener(new ReplicationListener() {
                    @Override
                    public void replicaFenced(String name, String reason) {
                        fenced.add(reason);
                    }
                });
        ReplicatedDatabase database = with.apply(builder).build();
        open.add(database);
        return database;
    }

    private static void write(ReplicatedDatabase database, String text) throws Exception {
        try (Connection connection = Sql.connect(database.database())) {
            Sql.run(connection, "insert into note(writer) values('" + text + "')");
        }
        database.wake();
    }

    private static void commit(ReplicatedDatabase database, String text) throws Exception {
        write(database, text);
        Position position = database.sync();
        assertThat(database.awaitReplicated(position, SOON))
                .as(() -> text + ": " + database.status())
                .isTrue();
        // a first snapshot confirms it before its segment does
        Await.until(
                "everything is shipped", () -> position.equals(replica(database).position()));
    }

    private static ReplicaStatus replica(ReplicatedDatabase database) {
        return database.status().replicas().get(0);
    }

    private static ReplicaState state(ReplicatedDatabase database) {
        return replica(database).state();
    }

    private List<String> newestNotes() throws Exception {
        return notes(root, folder.resolve("restored.db"));
    }

    private static List<String> notes(Path root, Path target) throws Exception {
        Files.deleteIfExists(target);
        Restores.newest(root, target);
        try (Connection connection = Sql.immutable(target)) {
            return List.of(
                    Sql.text(connection, "select writer from note order by id").split("\n"));
        }
    }
}
