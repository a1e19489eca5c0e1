package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.NoBackupException;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Replica;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the replicas hold, over all of them. */
class BackupsTest {

    @TempDir
    Path folder;

    private TestHistory history;

    @BeforeEach
    void open() throws Exception {
        history = new TestHistory(Files.createDirectory(folder.resolve("a")), 4096);
    }

    @AfterEach
    void close() throws Exception {
        history.close();
    }

    @Test
    void everyObjectWithItsReplicaSizeAndTimeTheOldestFirst() throws Exception {
        history.snapshot().insert(3, 100).ship();
        try (TestHistory other = new TestHistory(Files.createDirectory(folder.resolve("b")), 4096)) {
            other.inAGenerationOfOurs().snapshot().insert(3, 100).ship();
            other.insert(1, 1).ship();
            Replica second = new Replica("second", other.client);

            BackupListing listing = new Backups(List.of(history.replica(), second)).list();

            assertThat(listing.generations())
                    .extracting(GenerationSummary::replica, GenerationSummary::walSegments)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("file", 1),
                            org.assertj.core.groups.Tuple.tuple("second", 2));
            assertThat(listing.snapshots()).hasSize(2);
            assertThat(listing.walSegments())
                    .extracting(stored -> stored.info().createdAt())
                    .isSorted()
                    .hasSize(3);
            SnapshotInfo snapshot = listing.snapshots().get(0).info();
            assertThat(snapshot.size()).isPositive();
            GenerationSummary last = listing.generations().get(1);
            assertThat(last.createdAt()).isEqualTo(TestHistory.START.plusSeconds(1));
            assertThat(last.updatedAt()).isEqualTo(other.now());
            assertThat(last.bytes())
                    .isEqualTo(other.client.snapshots(other.generation).get(0).size()
                            + other.client.walSegments(other.generation).stream()
                                    .mapToLong(WalSegmentInfo::size)
                                    .sum());
        }
    }

    @Test
    void replicaThatCannotBeAskedDoesNotHideTheOthers() throws Exception {
        history.snapshot();
        Replica broken = new Replica("broken", FlakyClient.unreachable(history.client));

        BackupListing listing = new Backups(List.of(broken, history.replica())).list();

        assertThat(listing.snapshots()).hasSize(1);
        assertThat(listing.unreachable()).containsOnlyKeys("broken");
        assertThat(listing.describe())
                .contains("generation " + history.generation + " of replica file: from ")
                .contains("replica broken: java.io.IOException: connection refused");
    }

    @Test
    void everyTimeWithinTheWindowCanBeRestoredAndNoneBefore() throws Exception {
        history.insert(1, 1).ship(); // an index that lost its snapshot
        history.seal().snapshot().insert(2, 100).ship();
        history.insert(2, 100).ship();
        history.seal().snapshot().insert(2, 100).ship();

        RestorableWindow window = onlyWindow();

        assertThat(window.gap()).isEmpty();
        assertThat(window.latest()).isEqualTo(history.now());
        for (Instant time = window.earliest();
                !time.isAfter(window.latest().plusSeconds(2));
                time = time.plusMillis(500)) {
            Instant wanted = time;
            RestoreFolder.RESTORER.plan(RestoreFolder.request(
                    folder.resolve("x"), request -> request.timestamp(wanted), history.replica()));
        }
        Instant before = window.earliest().minusMillis(1);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> RestoreFolder.RESTORER.plan(RestoreFolder.request(
                        folder.resolve("x"), request -> request.timestamp(before), history.replica())))
                .isInstanceOf(NoBackupException.class);
    }

    @Test
    void windowEndsBeforeAGapAndNamesIt() throws Exception {
        history.snapshot().insert(2, 100).ship();
        Instant lastGood = history.now();
        history.sealWithoutMark();
        Path lost = history.insert(2, 100).ship();
        history.insert(2, 100).ship();
        Files.delete(lost);

        RestorableWindow window = onlyWindow();

        assertThat(window.latest()).isEqualTo(lastGood);
        assertThat(window.gap()).contains("00000001_00000000.wal.lz4");
    }

    @Test
    void generationWithoutASnapshotHasNoWindow() throws Exception {
        history.insert(1, 1).ship();

        BackupListing listing = new Backups(List.of(history.replica())).list();

        assertThat(listing.generations().get(0).window()).isEmpty();
        assertThat(listing.describe()).contains(": nothing");
        assertThat(Generation.isName(listing.generations().get(0).generation().name()))
                .isTrue();
    }

    @Test
    void positionIsTheEndOfTheLastSegmentOrTheNextIndexBehindAnEndMark() throws Exception {
        Backups backups = new Backups(List.of(history.replica()));
        history.inAGenerationOfOurs().snapshot();
        assertThat(backups.reached("file", history.generation)).hasToString(history.generation + "/00000000:0");

        history.insert(3, 2000).ship();
        history.insert(3, 2000).ship();
        assertThat(backups.reached("file", history.generation))
                .isEqualTo(new io.litestream4j.Position(history.generation, 0, history.wal().length));

        history.seal();
        assertThat(backups.reached("file", history.generation)).hasToString(history.generation + "/00000001:0");
    }

    private RestorableWindow onlyWindow() {
        return new Backups(List.of(history.replica()))
                .list()
                .generations()
                .get(0)
                .window()
                .orElseThrow();
    }
}
