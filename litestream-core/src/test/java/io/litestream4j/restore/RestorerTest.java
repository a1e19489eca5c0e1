package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.DatabaseAccessException;
import io.litestream4j.Generation;
import io.litestream4j.NoBackupException;
import io.litestream4j.Position;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.wal.DatabaseHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestorerTest {

    @TempDir
    Path folder;

    private TestHistory history;
    private Path out;
    private Path target;

    @BeforeEach
    void open() throws IOException, SQLException {
        history = new TestHistory(Files.createDirectory(folder.resolve("a")), 4096);
        out = folder.resolve("out");
        target = out.resolve("app.db");
    }

    @AfterEach
    void close() throws SQLException {
        history.close();
    }

    @Test
    void restoresTheNewestStateOwnerOnlyWithNothingBesideIt() throws Exception {
        marked();
        List<Long> progress = new ArrayList<>();

        RestoreResult result = RestoreFolder.RESTORER.restore(RestoreFolder.request(
                target, request -> request.progress((done, total) -> progress.add(done)), history.replica()));

        assertThat(target).hasBinaryContent(history.state());
        assertThat(result.position()).isEqualTo(new Position(history.generation, 2, history.wal().length));
        assertThat(result.objects()).isEqualTo(8);
        assertThat(result.replicaUrl()).isEqualTo("file://" + history.root);
        assertThat(progress).isSorted().last().isEqualTo(result.bytesRead());
        assertThat(out).isDirectoryNotContaining("glob:**app.db?*");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-------");
    }

    @Test
    void existingTargetIsRefusedAndLeftAlone() throws Exception {
        marked();
        Files.createDirectories(out);
        Files.writeString(target, "x");

        assertThatThrownBy(this::restore)
                .isInstanceOf(DatabaseAccessException.class)
                .hasMessageContaining("never overwrites");
        assertThat(target).hasContent("x");
    }

    @Test
    void emptyFileCountsAsMissing() throws Exception {
        marked();
        Files.createDirectories(out);
        Files.createFile(target);

        restore();
        assertThat(target).hasBinaryContent(history.state());
    }

    @Test
    void staleWalBesideTheMissingTargetIsMovedAside() throws Exception {
        marked();
        Files.createDirectories(out);
        Files.writeString(out.resolve("app.db-wal"), "old");
        Files.writeString(out.resolve("app.db-shm"), "old");
        Files.writeString(out.resolve("app.db-journal"), "old");

        restore();

        assertThat(target).hasBinaryContent(history.state());
        assertThat(out).isDirectoryNotContaining("glob:**/app.db-{wal,shm,journal}");
        assertThat(out.resolve("app.db-wal.stale-20260302030405")).hasContent("old");
        assertThat(out.resolve("app.db-journal.stale-20260302030405")).exists();
    }

    @Test
    void temporaryFilesOfAKilledRestoreAreRemovedThoseOfALiveOneAreNot() throws Exception {
        marked();
        Files.createDirectories(out);
        Path dead = Files.writeString(out.resolve("app.db.restore.0123456789abcdef.tmp"), "dead");
        Path spill = Files.writeString(out.resolve("app.db.restore.0123456789abcdef.spill.tmp"), "dead");
        Path foreign = Files.writeString(out.resolve("app.db.restore.notes.tmp"), "foreign");
        Path live = out.resolve("app.db.restore.fedcba9876543210.tmp");
        try (FileChannel running = RestoreTarget.createLocked(live)) {
            restore();
            assertThat(running.isOpen()).isTrue();
            assertThat(live).exists();
        }
        assertThat(dead).doesNotExist();
        assertThat(spill).doesNotExist();
        assertThat(foreign).exists();
    }

    @Test
    void lostTailOfAMarkedIndexIsAnError() throws Exception {
        marked();
        List<Path> objects = segments(1);
        assertThat(objects).hasSize(3);
        // the mark alone, the mark and the segment before it, the segment before it alone
        for (List<Integer> lost : List.of(List.of(2), List.of(1, 2), List.of(1))) {
            List<byte[]> kept = new ArrayList<>();
            for (int i : lost) {
                kept.add(Files.readAllBytes(objects.get(i)));
                Files.delete(objects.get(i));
            }
            assertThatThrownBy(this::restore)
                    .as("lost %s", lost)
                    .isInstanceOf(CorruptBackupException.class)
                    .hasMessageContaining("wal/00000001");
            assertThat(target).doesNotExist();
            for (int i = 0; i < kept.size(); i++) {
                Files.write(objects.get(lost.get(i)), kept.get(i));
            }
        }
        restore();
    }

    @Test
    void lostTailOfAnIndexWithTheOnlyEndMarkIsAnError() throws Exception {
        history.run("create table note(body)", "insert into note values('old')", "pragma wal_checkpoint(truncate)");
        history.inAGenerationOfOurs().snapshot();
        history.insert(1, 100).ship();
        history.run("update note set body = 'new'").ship();
        history.seal().insert(1, 100).ship();
        List<WalSegmentInfo> segments = history.client.walSegments(history.generation);
        assertThat(segments).hasSize(4);
        history.client.deleteWalSegments(segments.subList(1, 3));

        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("00000000")
                .hasMessageContaining("end mark");
        assertThat(target).doesNotExist();
    }

    @Test
    void segmentCutToTheSizeOfAnEndMarkIsDamage() throws Exception {
        marked();
        Path segment = segments(2).get(0);
        Files.write(segment, Arrays.copyOf(Files.readAllBytes(segment), Lz4Frames.EMPTY_FRAME_SIZE));

        assertThatThrownBy(this::restore).isInstanceOf(CorruptBackupException.class);
    }

    @Test
    void overlappingSegmentsAreDamage() throws Exception {
        history.snapshot().insert(3, 3000).ship();
        history.insert(1, 10).ship();
        Path last = segments(0).get(1);
        Position earlier = new Position(history.generation, 0, 32 + 4120);
        Files.move(last, history.root.resolve(ReplicaPaths.walSegment(earlier)));

        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("overlap");
    }

    @Test
    void segmentOfAnotherDatabaseIsDamage() throws Exception {
        history.snapshot().insert(1, 10).ship();
        history.insert(1, 10).ship();
        try (TestHistory other = new TestHistory(Files.createDirectory(folder.resolve("b")), 4096)) {
            other.snapshot().insert(1, 10).ship();
            other.insert(1, 10).ship();
            Path foreign =
                    other.root.resolve(history.root.relativize(segments(0).get(1)));
            Files.write(segments(0).get(1), Files.readAllBytes(foreign));
        }

        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("salts or checksum");
    }

    @Test
    void indexThatIsACopyOfAnEarlierOneIsDamage() throws Exception {
        history.snapshot().insert(1, 10);
        Path first = history.ship();
        history.sealWithoutMark().run("update item set body = 1").sealWithoutMark();
        Path second = first.resolveSibling("00000001_00000000.wal.lz4");
        Files.copy(first, second);

        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("00000001_00000000.wal.lz4")
                .hasMessageContaining("got the salts of an earlier one");
    }

    @Test
    void lockPageInAWalIsDamage() throws Exception {
        history.snapshot().insert(1, 10).ship();
        byte[] wal = history.wal();
        ByteBuffer.wrap(wal).putInt(32, DatabaseHeader.lockPage(4096));
        replaceOnlySegment(WalBytes.rechecksummed(wal, false));

        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("page 262145");
    }

    @Test
    void pageSizeThatDiffersFromTheDatabaseIsDamage() throws Exception {
        history.snapshot().insert(1, 10).ship();
        byte[] wal = history.wal();
        ByteBuffer.wrap(wal).putInt(8, 8192);
        replaceOnlySegment(Arrays.copyOf(WalBytes.rechecksummed(Arrays.copyOf(wal, 32), false), 32));

        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("pages of 8192");
    }

    @Test
    void bombIsDamageAndTakesNoMemory() throws Exception {
        history.snapshot().insert(1, 10).ship();
        byte[] zeros = new byte[64 << 20];
        replaceOnlySegment(zeros);
        assertThatThrownBy(this::restore).isInstanceOf(CorruptBackupException.class);

        history.client.deleteSnapshots(history.client.snapshots(history.generation));
        history.client.writeSnapshot(history.generation, 0, TestHistory.lz4(zeros));
        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("expected a SQLite database");
    }

    @Test
    void stateOfASnapshotThatIsFollowedByATransactionWithoutAChangeIsRestoredByItsTime() throws Exception {
        history.inAGenerationOfOurs().insert(50, 3000).run("pragma wal_checkpoint(truncate)");
        history.snapshot();
        byte[] state = history.state();
        var stored = history.now();
        // what an index of ours begins with: the same page again, the change counter and all
        history.run("begin immediate", "pragma user_version=0", "commit").ship();
        assertThat(pageOne(history.state())).isEqualTo(pageOne(state));
        history.run("update item set body = randomblob(3000) where id = 1").ship();

        RestoreRequest earlier = RestoreFolder.request(target, request -> request.timestamp(stored), history.replica());

        assertThat(RestoreFolder.bytes(RestoreFolder.RESTORER, earlier)).isEqualTo(state);
    }

    @Test
    void stateBeforeATransactionThatWritesPagesAsTheyWereIsRestoredByItsTime() throws Exception {
        history.inAGenerationOfOurs().insert(50, 3000).run("delete from item where id < 5");
        history.run("pragma wal_checkpoint(truncate)").snapshot();
        byte[] state = history.state();
        var stored = history.now();
        history.run("vacuum").ship();

        RestoreRequest earlier = RestoreFolder.request(target, request -> request.timestamp(stored), history.replica());

        assertThat(RestoreFolder.bytes(RestoreFolder.RESTORER, earlier)).isEqualTo(state);
    }

    @Test
    void stateBeforeATransactionThatWritesEveryPageOfTheSnapshotAsItWasIsRestoredByItsTime() throws Exception {
        history.inAGenerationOfOurs()
                .insert(50, 3000)
                .run("pragma wal_checkpoint(truncate)")
                .snapshot();
        history.insert(50, 3000).ship();
        byte[] state = history.state();
        var stored = history.now();
        history.run("vacuum").ship();

        RestoreRequest earlier = RestoreFolder.request(target, request -> request.timestamp(stored), history.replica());

        assertThat(RestoreFolder.bytes(RestoreFolder.RESTORER, earlier)).isEqualTo(state);
    }

    @Test
    void stateBeforeAVacuumOfWhichOnlyPagesDifferThatTheWalHadReplacedIsRestoredByItsTime() throws Exception {
        history.inAGenerationOfOurs().snapshot();
        history.run("pragma user_version=1").ship();
        byte[] state = history.state();
        var stored = history.now();
        history.run("vacuum").ship();

        RestoreRequest earlier = RestoreFolder.request(target, request -> request.timestamp(stored), history.replica());

        assertThat(RestoreFolder.bytes(RestoreFolder.RESTORER, earlier)).isEqualTo(state);
    }

    @Test
    void snapshotOfALaterTransactionIsNoBaseForAnEarlierTimeInAGenerationOfOursEither() throws Exception {
        history.inAGenerationOfOurs().insert(50, 3000).run("pragma wal_checkpoint(truncate)");
        history.run("update item set body = randomblob(3000) where id = 1").ship();
        var between = history.now();
        history.run("update item set body = randomblob(3000) where id in (1, 40)")
                .ship();
        history.client.writeSnapshot(history.generation, 0, TestHistory.lz4(history.state()));
        var snapshot = history.root.resolve(ReplicaPaths.snapshot(history.generation, 0));
        Files.setLastModifiedTime(snapshot, java.nio.file.attribute.FileTime.from(TestHistory.START));
        RestoreRequest earlier =
                RestoreFolder.request(target, request -> request.timestamp(between), history.replica());

        assertThatThrownBy(() -> RestoreFolder.RESTORER.restore(earlier))
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("written after it");
        assertThat(target).doesNotExist();
    }

    private static byte[] pageOne(byte[] database) {
        return Arrays.copyOf(database, 4096);
    }

    @Test
    void snapshotThatHoldsPagesOfLaterFramesIsNoBaseForAnEarlierTime() throws Exception {
        history.insert(50, 3000).sealWithoutMark();
        history.snapshot()
                .run("update item set body = randomblob(3000) where id = 1")
                .ship();
        byte[] early = history.state();
        history.run("update item set body = randomblob(3000) where id = 40").ship();
        byte[] late = history.state();
        RestoreRequest earlier = RestoreFolder.request(
                target, request -> request.timestamp(history.now().minusMillis(500)), history.replica());
        assertThat(RestoreFolder.bytes(RestoreFolder.RESTORER, earlier)).isEqualTo(early);

        // a snapshot that was read after a checkpoint of both transactions
        var time = Files.getLastModifiedTime(history.root.resolve(ReplicaPaths.snapshot(history.generation, 1)));
        history.client.deleteSnapshots(history.client.snapshots(history.generation));
        history.client.writeSnapshot(history.generation, 1, TestHistory.lz4(late));
        Files.setLastModifiedTime(history.root.resolve(ReplicaPaths.snapshot(history.generation, 1)), time);

        assertThatThrownBy(() -> RestoreFolder.RESTORER.restore(earlier))
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("written after it");
        assertThat(target).doesNotExist();
        restore();
        assertThat(target).hasBinaryContent(late);
    }

    @Test
    void everyReplicaIsEmpty() {
        assertThatThrownBy(this::restore)
                .isInstanceOf(NoBackupException.class)
                .hasMessage("no backup on file://" + history.root);
    }

    @Test
    void emptyAndUnreachableReplicasAreNotNoBackup() {
        assertThatThrownBy(() -> restore(history.replica(), unreachable()))
                .isInstanceOf(ReplicaUnreachableException.class)
                .hasMessageContaining("not known")
                .hasMessageContaining("broken");
    }

    @Test
    void unreachableReplicaIsSkippedWhenAnotherHasABackup() throws Exception {
        marked();

        restore(unreachable(), history.replica());
        assertThat(target).hasBinaryContent(history.state());
    }

    @Test
    void replicaThatBreaksOffIsReadOnFromTheSameByte() throws Exception {
        marked();
        FlakyClient flaky = new FlakyClient(history.client, 7);

        restore(new Replica("flaky", flaky));
        assertThat(target).hasBinaryContent(history.state());
        assertThat(flaky.failures()).isPositive();
    }

    @Test
    void damageThatASecondFetchDoesNotShowIsForgiven() throws Exception {
        marked();

        restore(new Replica("once", FlakyClient.damagedOnce(history.client)));
        assertThat(target).hasBinaryContent(history.state());
    }

    @Test
    void damagedReplicaGivesWayToAnotherWithTheSameGeneration() throws Exception {
        marked();
        Path copy = folder.resolve("copy");
        copyTree(history.root, copy);
        Files.write(segments(1).get(0), new byte[] {1, 2, 3});

        RestoreResult result = restore(history.replica(), new Replica("second", new FileReplicaClient(copy)));
        assertThat(result.replica()).isEqualTo("second");
        assertThat(target).hasBinaryContent(history.state());
    }

    @Test
    void olderStateOnDamageIsTheNewestBeforeItAndSaysSo() throws Exception {
        history.snapshot().insert(5, 100).ship();
        history.seal().insert(5, 100).ship();
        byte[] before = history.state();
        history.insert(5, 100).ship();
        history.insert(5, 100).ship();
        Files.write(segments(1).get(1), new byte[] {1, 2, 3});

        assertThatThrownBy(this::restore).isInstanceOf(CorruptBackupException.class);
        RestoreResult result = RestoreFolder.RESTORER.restore(
                RestoreFolder.request(target, request -> request.onDamage(OnDamage.OLDER), history.replica()));

        assertThat(target).hasBinaryContent(before);
        assertThat(result.notes()).anyMatch(note -> note.contains("an older state"));
    }

    @Test
    void olderStateFromAnOlderSnapshotOrAnOlderGeneration() throws Exception {
        history.snapshot().insert(5, 100).ship();
        history.seal().snapshot().insert(5, 100).ship();
        Path newest = history.root.resolve(ReplicaPaths.snapshot(history.generation, 1));
        Files.write(newest, new byte[] {1, 2, 3});
        RestoreRequest older =
                RestoreFolder.request(target, request -> request.onDamage(OnDamage.OLDER), history.replica());

        assertThat(RestoreFolder.bytes(RestoreFolder.RESTORER, older)).isEqualTo(history.state());

        // the first snapshot, too: nothing is left
        Files.write(history.root.resolve(ReplicaPaths.snapshot(history.generation, 0)), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> RestoreFolder.RESTORER.restore(older)).isInstanceOf(CorruptBackupException.class);
        assertThat(target).doesNotExist();
    }

    @Test
    void replicaThatKeepsBreakingOffIsUnreachableNotDamagedAlsoWhenOlderStatesAreAllowed() throws Exception {
        marked();
        Replica broken = new Replica("broken", FlakyClient.breakingAlways(history.client));

        assertThatThrownBy(() -> RestoreFolder.RESTORER.restore(
                        RestoreFolder.request(target, request -> request.onDamage(OnDamage.OLDER), broken)))
                .isInstanceOf(ReplicaUnreachableException.class)
                .hasMessageContaining("3 attempts");
        assertThat(out).isEmptyDirectory();
    }

    @Test
    void generationThatNoReplicaHasAndIndexBeyondTheNewest() throws Exception {
        marked();

        assertThatThrownBy(() -> RestoreFolder.RESTORER.restore(RestoreFolder.request(
                        target,
                        request -> request.generation(Generation.parse("00000000000000ff")),
                        history.replica())))
                .isInstanceOf(NoBackupException.class);
        assertThatThrownBy(() -> RestoreFolder.RESTORER.restore(RestoreFolder.request(
                        target,
                        request -> request.generation(history.generation).index(3),
                        history.replica())))
                .isInstanceOf(NoBackupException.class)
                .hasMessageContaining("of WAL index 00000003")
                .hasMessageContaining("up to WAL index 00000002");
    }

    @Test
    void pathWithCharactersThatMeanSomethingInAUrl() throws Exception {
        marked();
        target = folder.resolve("a b%20?c#d;é").resolve("app.db");

        restore();
        assertThat(target).hasBinaryContent(history.state());
    }

    @Test
    void generationWithWalButNoSnapshotIsDamageNotNoBackup() throws Exception {
        history.insert(1, 10).ship();

        assertThatThrownBy(this::restore)
                .isInstanceOf(CorruptBackupException.class)
                .hasMessageContaining("expected a snapshot");
    }

    private void marked() throws IOException, SQLException {
        history.snapshot().insert(5, 1000).ship();
        history.seal().insert(5, 1000).ship();
        history.insert(5, 1000).ship();
        history.seal().insert(5, 1000).ship();
        history.insert(5, 1000).ship();
    }

    private RestoreResult restore() {
        return restore(history.replica());
    }

    private RestoreResult restore(Replica... replicas) {
        return RestoreFolder.RESTORER.restore(RestoreFolder.request(target, request -> {}, replicas));
    }

    private List<Path> segments(int index) throws IOException {
        return history.client.walSegments(history.generation).stream()
                .filter(segment -> segment.position().index() == index)
                .map(segment -> history.root.resolve(ReplicaPaths.walSegment(segment.position())))
                .toList();
    }

    private void replaceOnlySegment(byte[] content) throws IOException {
        history.client.deleteWalSegments(history.client.walSegments(history.generation));
        history.client.writeWalSegment(new Position(history.generation, 0, 0), TestHistory.lz4(content));
    }

    private Replica unreachable() {
        return new Replica("broken", FlakyClient.unreachable(history.client));
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
