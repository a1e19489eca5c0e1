package io.litestream4j.database;

import static io.litestream4j.database.TestDatabase.PAUSE;
import static io.litestream4j.database.TestDatabase.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The record of a clean shutdown: when it is left, and what the next start makes of it. */
class ShutdownTest {

    @TempDir
    Path folder;

    private TestDatabase database;

    @BeforeEach
    void create() throws Exception {
        database = TestDatabase.create(folder);
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Test
    void theGenerationGoesOnSealedAtTheSamePosition() throws Exception {
        TestReplica replica = new TestReplica(folder);
        SourceDatabase source = database.openAndBegin();
        replica.begin(source);
        insert(database.connect(), 5);
        Position before = seal(source);
        replica.ship(source);
        database.shutDown();
        assertThat(database.meta().shutdownRecord()).exists();
        assertThat(database.wal()).doesNotExist();

        SourceDatabase next = database.open();
        assertThat(next.position()).isEqualTo(before);
        assertThat(next.isSealed()).isTrue();
        assertThat(next.brokenReason()).isEmpty();
        assertThat(next.position().generation().hasEndMarks()).isTrue();
        assertThat(next.sync()).isFalse();
        Connection app = database.connect();
        insert(app, 1);
        next.sync();
        assertThat(next.position()).isEqualTo(new Position(before.generation(), 1, 4152));
        assertThat(next.hasExactImage()).isTrue();
        replica.ship(next);
        assertThat(replica.restoredRows()).isEqualTo(TestDatabase.rows(app));
    }

    /** A replica is new at the next start, and no index can begin because somebody holds the write lock. */
    @Test
    void aFirstSnapshotOfTheSealedStateBesideAWriter() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 5);
        Position sealed = seal(source);
        List<String> rows = TestDatabase.rows(app);
        database.shutDown();

        SourceDatabase next = database.open();
        Connection writer = database.connect();
        TestDatabase.run(writer, "begin immediate", "insert into t(x) values('slow')");
        assertThat(next.beginIndex()).isFalse();
        assertThat(next.openSnapshot(false)).isNull();
        TestReplica replica = new TestReplica(folder);
        try (SnapshotImage image = next.openSnapshot(true)) {
            assertThat(image.size()).isEqualTo(Files.size(database.path()));
            assertThat(image.requiredEnd()).isEqualTo(sealed);
            replica.writeSnapshot(image);
        }
        replica.ship(next);
        assertThat(replica.restoredRows()).isEqualTo(rows);

        TestDatabase.run(writer, "commit");
        next.sync();
        assertThat(next.position().index()).isEqualTo(1);
        replica.ship(next);
        assertThat(replica.restoredRows()).isEqualTo(TestDatabase.rows(writer));
    }

    @Test
    void manyRunsInWhichNobodyWroteKeepTheGeneration() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Position before = seal(source);
        for (int run = 0; run < 5; run++) {
            database.shutDown();
            source = database.open();
            assertThat(source.position()).as("run %d", run).isEqualTo(before);
            assertThat(source.seal(PAUSE).result()).isEqualTo(SealOutcome.Result.NOTHING_TO_SEAL);
        }
    }

    @Test
    void theRecordIsGoneAsSoonAsTheDatabaseIsOpen() throws Exception {
        seal(database.openAndBegin());
        database.shutDown();
        database.open();
        assertThat(database.meta().shutdownRecord()).doesNotExist();
    }

    @Test
    void aCrashAfterTheNextStartFindsNoRecord() throws Exception {
        seal(database.openAndBegin());
        database.shutDown();
        database.open();
        try (TestDatabase crashed = database.afterCrash()) {
            Files.deleteIfExists(crashed.wal());
            assertThat(crashed.open().brokenReason()).isEqualTo("no primary wal");
        }
    }

    @Test
    void aDatabaseThatWasWrittenToMeanwhile() throws Exception {
        seal(database.openAndBegin());
        database.shutDown();
        insert(database.connect(), 1);
        database.shutDown();
        assertNewGeneration();
    }

    @Test
    void aDatabaseThatWasTouchedMeanwhile() throws Exception {
        seal(database.openAndBegin());
        database.shutDown();
        Files.setLastModifiedTime(database.path(), FileTime.from(Instant.now().plusSeconds(1)));
        assertNewGeneration();
    }

    /** Time and size as they were, but not the time of the change of the attributes. */
    @Test
    void aDatabaseWhoseTimeWasPutBack() throws Exception {
        seal(database.openAndBegin());
        database.shutDown();
        FileTime modified = Files.getLastModifiedTime(database.path());
        insert(database.connect(), 1);
        database.shutDown();
        Files.setLastModifiedTime(database.path(), modified);
        assertNewGeneration();
    }

    @Test
    void aDatabaseThatWasReplacedByItsCopy() throws Exception {
        seal(database.openAndBegin());
        database.shutDown();
        Path copy = folder.resolve("copy");
        Files.copy(database.path(), copy, StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(copy, database.path(), StandardCopyOption.REPLACE_EXISTING);
        assertNewGeneration();
    }

    @Test
    void aDatabaseThatWasOnlyReadMeanwhile() throws Exception {
        Position before = seal(database.openAndBegin());
        database.shutDown();
        TestDatabase.rows(database.connect());
        database.shutDown();
        assertThat(database.open().position()).isEqualTo(before);
    }

    @Test
    void somebodyIsConnectedAtTheNextStart() throws Exception {
        seal(database.openAndBegin());
        database.shutDown();
        Connection other = database.connect();
        insert(other, 1);
        assertThat(database.wal()).exists();
        SourceDatabase next = database.open();
        assertThat(next.position()).isNull();
        assertThat(next.brokenReason()).isEqualTo("wal header mismatch");
        assertThat(database.meta().shutdownRecord()).doesNotExist();
    }

    @Test
    void somebodyIsConnectedAtTheEnd() throws Exception {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database.path())) {
            SourceDatabase source = database.openAndBegin();
            assertThat(TestDatabase.rows(other)).hasSize(1);
            Position before = seal(source);
            database.shutDown();
            assertThat(database.wal()).exists();
            assertThat(database.meta().shutdownRecord()).doesNotExist();
            insert(other, 1);
            SourceDatabase next = database.open();
            assertThat(next.position()).isNull();
            assertThat(next.brokenReason()).isEqualTo("wal header mismatch");
            assertThat(database.meta().readGeneration()).isEqualTo(before.generation());
        }
    }

    /** His connection kept the WAL, all of it backfilled: the next commit restarts it before a seal of ours. */
    @Test
    void somebodyStaysConnectedAndCommitsFirst() throws Exception {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database.path())) {
            SourceDatabase source = database.openAndBegin();
            assertThat(TestDatabase.rows(other)).hasSize(1);
            Position before = seal(source);
            database.shutDown();
            SourceDatabase next = database.open();
            assertThat(next.position()).isEqualTo(before);
            assertThat(next.isSealed()).isFalse();
            insert(other, 1);
            assertThat(next.sync()).isFalse();
            assertThat(next.position()).isNull();
            assertThat(next.brokenReason()).isEqualTo("wal restarted by another process");
        }
    }

    @Test
    void somebodyStaysConnectedAndOurSealComesFirst() throws Exception {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database.path())) {
            SourceDatabase source = database.openAndBegin();
            assertThat(TestDatabase.rows(other)).hasSize(1);
            Position before = seal(source);
            database.shutDown();
            SourceDatabase next = database.open();
            assertThat(seal(next)).isEqualTo(before);
            insert(other, 1);
            assertThat(next.sync()).isTrue();
            assertThat(next.position()).isEqualTo(new Position(before.generation(), 1, 4152));
        }
    }

    @Test
    void anUnsealedIndexLeavesNoRecord() throws Exception {
        SourceDatabase source = database.openAndBegin();
        insert(database.connect(), 1);
        source.sync();
        database.shutDown();
        assertThat(database.meta().shutdownRecord()).doesNotExist();
        assertNewGeneration();
    }

    @Test
    void aCommitAfterTheLastSealLeavesNoRecord() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 1);
        seal(source);
        insert(app, 1);
        database.shutDown();
        assertThat(database.meta().shutdownRecord()).doesNotExist();
    }

    @ParameterizedTest(name = "record \"{0}\"")
    @ValueSource(
            strings = {
                "",
                "position",
                "position=x\ninode=1",
                "\\u00zz",
                "\u0000\uffff",
                "position=0123456789abcdef/00000000:4152\ninode=1\nsize=1\nmodified=yesterday\nchanged=today"
            })
    void aRecordThatNobodyCanReadIsNone(String text) throws Exception {
        Files.createDirectories(database.metaPath());
        Files.writeString(database.meta().shutdownRecord(), text);
        assertThat(ShutdownRecord.take(database.meta())).isNull();
        assertThat(database.meta().shutdownRecord()).doesNotExist();
    }

    @Test
    void aRecordThatIsNoText() throws Exception {
        Files.createDirectories(database.metaPath());
        Files.write(database.meta().shutdownRecord(), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThat(ShutdownRecord.take(database.meta())).isNull();
        assertThat(database.meta().shutdownRecord()).doesNotExist();
    }

    @Test
    void aHugeRecordIsNotRead() throws Exception {
        Files.createDirectories(database.metaPath());
        Files.write(database.meta().shutdownRecord(), new byte[50_000_000]);
        assertThat(ShutdownRecord.take(database.meta())).isNull();
        assertThat(database.meta().shutdownRecord()).doesNotExist();
    }

    @Test
    void aRecordIsReadAsItWasWrittenAndOnlyOnce() throws Exception {
        Files.createDirectories(database.metaPath());
        Position position = new Position(Generation.random(), 3, 4152);
        ShutdownRecord record = new ShutdownRecord(position, FileIdentity.of(database.path()));
        record.write(database.meta());
        assertThat(ShutdownRecord.take(database.meta())).isEqualTo(record);
        assertThat(ShutdownRecord.take(database.meta())).isNull();
    }

    private static Position seal(SourceDatabase source) throws Exception {
        source.sync();
        assertThat(source.seal(PAUSE).result()).isEqualTo(SealOutcome.Result.SEALED);
        return source.position();
    }

    private void assertNewGeneration() throws Exception {
        SourceDatabase next = database.open();
        assertThat(next.position()).isNull();
        assertThat(next.brokenReason()).isEqualTo("no primary wal");
        assertThat(next.beginGeneration(PAUSE, true)).isTrue();
    }
}
