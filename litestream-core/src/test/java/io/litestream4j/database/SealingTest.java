package io.litestream4j.database;

import static io.litestream4j.database.SealOutcome.Result.BLOCKED_BY_READER;
import static io.litestream4j.database.SealOutcome.Result.LOCKED_BY_WRITER;
import static io.litestream4j.database.SealOutcome.Result.NOTHING_TO_SEAL;
import static io.litestream4j.database.SealOutcome.Result.SEALED;
import static io.litestream4j.database.TestDatabase.PAUSE;
import static io.litestream4j.database.TestDatabase.checkpoint;
import static io.litestream4j.database.TestDatabase.insert;
import static io.litestream4j.database.TestDatabase.insertPages;
import static io.litestream4j.database.TestDatabase.number;
import static io.litestream4j.database.TestDatabase.rows;
import static io.litestream4j.database.TestDatabase.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a WAL index, and what others may do around it. */
class SealingTest {

    @TempDir
    Path folder;

    private TestDatabase database;
    private TestReplica replica;
    private SourceDatabase source;
    private Connection app;
    private Connection other;

    @BeforeEach
    void begin() throws Exception {
        database = TestDatabase.create(folder);
        source = database.openAndBegin();
        replica = new TestReplica(folder);
        replica.begin(source);
        app = database.connect();
        other = database.connect();
        insert(app, 10);
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Test
    void theFileIsTheImageOfTheNextIndex() throws Exception {
        assertSealed();
        assertThat(source.isSealed()).isTrue();
        insert(app, 3);
        source.sync();
        assertThat(source.position()).isEqualTo(at(1, 3));
        assertThat(source.hasExactImage()).isTrue();
        TestReplica before = new TestReplica(folder.resolve("second"));
        try (SnapshotImage image = source.openSnapshot(false)) {
            before.writeSnapshot(image);
            assertThat(image.requiredEnd()).isEqualTo(image.position());
        }
        assertThat(before.restoredBytes()).isEqualTo(database.fileBytes());
        before.ship(source);
        assertThat(before.restoredRows()).isEqualTo(rows(app));
    }

    /** The file after a seal against all pages that were ever shipped. */
    @Test
    void theFileIsByteForByteWhatTheChainOfSegmentsGives() throws Exception {
        insertPages(app, 300);
        run(app, "delete from t where id % 3 = 0", "update t set x = 'changed' where id % 5 = 0");
        assertSealed();
        replica.ship(source);
        assertThat(replica.restoredBytes()).isEqualTo(database.fileBytes());
        insertPages(app, 10);
        assertThat(database.fileBytes()).isEqualTo(replica.restoredBytes());
        assertNothingLost();
    }

    @Test
    void manyIndexes() throws Exception {
        Position before = source.position();
        for (int index = 1; index <= 20; index++) {
            insert(app, index);
            assertSealed();
        }
        insert(app, 1);
        source.sync();
        assertThat(source.position().generation()).isEqualTo(before.generation());
        assertThat(source.position().index()).isEqualTo(20);
        assertNothingLost();
    }

    @Test
    void aSealedIndexIsNotSealedTwice() throws Exception {
        assertSealed();
        assertThat(source.seal(PAUSE).result()).isEqualTo(NOTHING_TO_SEAL);
        assertThat(source.framesToSeal()).isZero();
    }

    @Test
    void aReaderInTheWayLetsTheSameIndexGoOn() throws Exception {
        Position before = source.position();
        run(other, "begin");
        assertThat(number(other, "select count(*) from t")).isPositive();
        insert(app, 5);
        assertThat(source.seal(Duration.ZERO).result()).isEqualTo(BLOCKED_BY_READER);
        assertThat(source.isSealed()).isFalse();
        assertThat(source.hasExactImage()).isFalse();
        insert(app, 5);
        source.sync();
        assertThat(source.position().index()).isEqualTo(before.index());
        assertThat(source.seal(Duration.ofMillis(10)).result()).isEqualTo(BLOCKED_BY_READER);
        run(other, "commit");
        assertSealed();
        insert(app, 1);
        source.sync();
        assertThat(source.position()).isEqualTo(at(1, 1));
        assertNothingLost();
    }

    /** He began after the last commit, so the whole WAL can be backfilled; but he is on a mark above 0. */
    @Test
    void aReaderOfTheNewestStateIsNotInTheWay() throws Exception {
        run(other, "begin");
        long seen = number(other, "select count(*) from t");
        assertSealed();
        insert(app, 3);
        source.sync();
        assertThat(number(other, "select count(*) from t")).isEqualTo(seen);
        run(other, "commit");
        insert(app, 3);
        source.sync();
        assertThat(source.brokenReason()).isEqualTo("no generation exists");
        assertThat(source.position()).isNotNull();
        assertNothingLost();
    }

    @Test
    void aWriterThatHoldsTheLock() throws Exception {
        run(other, "begin immediate", "insert into t(x) values('slow')");
        SealOutcome outcome = source.seal(PAUSE);
        assertThat(outcome.result()).isEqualTo(LOCKED_BY_WRITER);
        assertThat(outcome.lockNanos()).isZero();
        assertThat(source.isSealed()).isFalse();
        run(other, "commit");
        assertSealed();
        assertNothingLost();
    }

    @Test
    void afterASealTheWriteLockIsFree() throws Exception {
        run(other, "pragma busy_timeout=0");
        assertSealed();
        insert(other, 1);
        run(app, "begin");
        assertThat(number(app, "select count(*) from t")).isPositive();
        insert(other, 1);
        assertThat(source.seal(Duration.ZERO).result()).isEqualTo(BLOCKED_BY_READER);
        insert(other, 1);
        run(app, "commit");
        assertNothingLost();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"})
    void aForeignCheckpointBetweenTheSealAndTheNextCommit(String mode) throws Exception {
        Position before = source.position();
        run(app, "pragma busy_timeout=10");
        run(other, "pragma busy_timeout=10");
        assertSealed();
        byte[] image = database.fileBytes();
        checkpoint(other, mode);
        source.sync();
        assertThat(source.isSealed()).isTrue();
        checkpoint(other, mode);
        insert(other, 4);
        checkpoint(app, mode);
        source.sync();
        assertThat(source.position()).isEqualTo(new Position(before.generation(), 1, 32 + 4 * 4120));
        assertThat(database.fileBytes()).isEqualTo(image);
        insert(app, 4);
        assertNothingLost();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"})
    void foreignCheckpointsBetweenOrdinaryCommits(String mode) throws Exception {
        Position before = source.position();
        run(other, "pragma busy_timeout=10");
        for (int i = 0; i < 5; i++) {
            insert(app, 2);
            source.sync();
            insert(app, 1);
            checkpoint(other, mode);
            source.sync();
            assertThat(source.position()).isNotNull();
        }
        assertThat(source.position().generation()).isEqualTo(before.generation());
        assertThat(source.position().index()).isZero();
        assertNothingLost();
    }

    @ParameterizedTest(name = "{0} pages are spilled and rolled back")
    @ValueSource(ints = {20, 200})
    void aSpilledTransactionRollsBackAfterTheSeal(int pages) throws Exception {
        Position before = source.position();
        assertSealed();
        byte[] header = walHeader();
        run(other, "pragma cache_size=5", "begin");
        insertPages(other, pages);
        assertThat(walHeader()).isNotEqualTo(header);
        assertThat(source.sync()).isFalse();
        assertThat(source.isSealed()).isTrue();
        run(other, "rollback");
        assertThat(source.sync()).isFalse();
        insert(app, 2);
        source.sync();
        assertThat(source.position()).isEqualTo(new Position(before.generation(), 1, 32 + 2 * 4120));
        assertNothingLost();
    }

    @Test
    void aSpilledTransactionRollsBackAndNobodyLookedBetween() throws Exception {
        Position before = source.position();
        assertSealed();
        run(other, "pragma cache_size=5", "begin");
        insertPages(other, 100);
        run(other, "rollback");
        checkpoint(app, "TRUNCATE");
        insert(app, 2);
        source.sync();
        assertThat(source.position()).isEqualTo(new Position(before.generation(), 1, 32 + 2 * 4120));
        assertNothingLost();
    }

    @Test
    void aSpilledTransactionRollsBackInTheMiddleOfAnIndex() throws Exception {
        source.sync();
        Position before = source.position();
        run(other, "pragma cache_size=5", "begin");
        insertPages(other, 200);
        assertThat(source.sync()).isFalse();
        run(other, "rollback");
        insert(app, 1);
        source.sync();
        assertThat(source.position()).isEqualTo(before.atOffset(before.offset() + 4120));
        assertNothingLost();
    }

    @ParameterizedTest(name = "user_version {0}, application_id {1}")
    @CsvSource({"0, 0", "17, 4711", "-1, 5", "2147483647, -2147483648"})
    void ourOwnFrameChangesNothing(int userVersion, int applicationId) throws Exception {
        run(app, "pragma user_version=" + userVersion, "pragma application_id=" + applicationId);
        assertSealed();
        Position before = source.position();
        byte[] image = database.fileBytes();
        long schema = number(app, "pragma schema_version");
        assertThat(source.beginIndex()).isTrue();
        assertThat(source.position()).isEqualTo(at(before.index() + 1, 1));
        assertThat(source.framesToSeal()).isZero();
        assertThat(source.seal(PAUSE).result()).isIn(SEALED, NOTHING_TO_SEAL);
        assertThat(number(app, "pragma user_version")).isEqualTo(userVersion);
        assertThat(number(app, "pragma application_id")).isEqualTo(applicationId);
        assertThat(number(app, "pragma schema_version")).isEqualTo(schema);
        byte[] after = database.fileBytes();
        for (int i = 0; i < image.length; i++) {
            boolean changeCounter = (i >= 24 && i < 28) || (i >= 92 && i < 100);
            assertThat(changeCounter || image[i] == after[i]).as("byte %d", i).isTrue();
        }
        assertNothingLost();
    }

    @Test
    void ourOwnFrameBehindSomebodyElsesIsNotWritten() throws Exception {
        assertSealed();
        insert(app, 1);
        assertThat(source.beginIndex()).isTrue();
        assertThat(source.position()).isEqualTo(at(1, 1));
        assertThat(source.framesToSeal()).isEqualTo(1);
    }

    @Test
    void ourOwnFrameIsLeftToTheWriterWhoHasTheLock() throws Exception {
        assertSealed();
        run(other, "begin immediate", "insert into t(x) values('slow')");
        assertThat(source.beginIndex()).isFalse();
        run(other, "commit");
        assertThat(source.beginIndex()).isTrue();
        assertThat(source.position()).isEqualTo(at(1, 1));
        assertNothingLost();
    }

    @Test
    void anIndexOfOurOwnFrameNeedsASealOnceSomebodyHasCommitted() throws Exception {
        assertSealed();
        source.beginIndex();
        insert(app, 1);
        source.sync();
        assertThat(source.framesToSeal()).isEqualTo(2);
    }

    /** He is on a mark above 0, so the WAL can't restart: our frame lands in the sealed index, which is no reason for more. */
    @Test
    void ourOwnFrameBesideAnOlderReaderNeedsNoSeal() throws Exception {
        source.sync();
        Position before = source.position();
        run(other, "begin");
        assertThat(number(other, "select count(*) from t")).isPositive();
        assertSealed();
        assertThat(source.beginIndex()).isTrue();
        assertThat(source.position()).isEqualTo(before.atOffset(before.offset() + 4120));
        assertThat(source.framesToSeal()).isZero();
        assertThat(source.hasExactImage()).isFalse();

        run(other, "commit");
        assertThat(source.frames()).isPositive();
        assertSealed();
        assertThat(source.beginIndex()).isTrue();
        assertThat(source.position()).isEqualTo(at(1, 1));
        assertThat(source.framesToSeal()).isZero();
        assertThat(source.hasExactImage()).isTrue();
        assertNothingLost();
    }

    @Test
    void aCommitBehindOurOwnFrameBesideAnOlderReaderNeedsASeal() throws Exception {
        run(other, "begin");
        assertThat(number(other, "select count(*) from t")).isPositive();
        assertSealed();
        source.beginIndex();
        insert(app, 1);
        source.sync();
        assertThat(source.framesToSeal()).isPositive().isEqualTo(source.frames());
    }

    @Test
    void noGenerationBeginsWhileAReaderIsInTheWay() throws Exception {
        source.breakGeneration("a test");
        run(other, "begin");
        assertThat(number(other, "select count(*) from t")).isPositive();
        insert(app, 5);
        assertThat(source.beginGeneration(Duration.ZERO, true)).isFalse();
        assertThat(source.position()).isNull();
        run(other, "commit");
        assertThat(source.beginGeneration(PAUSE, true)).isTrue();
        assertThat(source.hasExactImage()).isTrue();
        TestReplica next = new TestReplica(folder.resolve("next"));
        next.begin(source);
        assertThat(next.restoredRows()).isEqualTo(rows(app));
    }

    @Test
    void aGenerationBeginsUnsealedBesideAReader() throws Exception {
        source.breakGeneration("a test");
        run(other, "begin");
        assertThat(number(other, "select count(*) from t")).isPositive();
        insert(app, 5);
        assertThat(source.beginGeneration(Duration.ZERO, false)).isTrue();
        assertThat(source.hasExactImage()).isFalse();
        assertThat(source.openSnapshot(false)).isNull();
        TestReplica next = new TestReplica(folder.resolve("next"));
        next.begin(source);
        assertThat(next.restoredRows()).isEqualTo(rows(app));
        run(other, "commit");
        assertSealed();
        insert(app, 1);
        source.sync();
        next.ship(source);
        assertThat(source.position()).isEqualTo(at(1, 1));
        assertThat(next.restoredRows()).isEqualTo(rows(app));
    }

    private void assertSealed() throws Exception {
        assertThat(source.seal(PAUSE).result()).isEqualTo(SEALED);
    }

    private void assertNothingLost() throws Exception {
        source.sync();
        replica.ship(source);
        assertThat(replica.restoredRows()).isEqualTo(rows(app));
    }

    private Position at(int index, int frames) {
        return new Position(source.position().generation(), index, 32 + frames * 4120L);
    }

    private byte[] walHeader() throws Exception {
        byte[] bytes = Files.readAllBytes(database.wal());
        return Arrays.copyOf(bytes, 32);
    }
}
