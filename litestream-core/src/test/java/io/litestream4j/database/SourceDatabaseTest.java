package io.litestream4j.database;

import static io.litestream4j.database.TestDatabase.PAUSE;
import static io.litestream4j.database.TestDatabase.insert;
import static io.litestream4j.database.TestDatabase.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.NotADatabaseException;
import io.litestream4j.Position;
import io.litestream4j.wal.TestWal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a start finds, and how a copy goes on. */
class SourceDatabaseTest {

    private static final long FRAME = 4096 + 24;

    @TempDir
    Path folder;

    private TestDatabase database;
    private TestDatabase crashed;

    @BeforeEach
    void create() throws Exception {
        database = TestDatabase.create(folder.resolve("run"));
    }

    @AfterEach
    void close() throws Exception {
        database.close();
        if (crashed != null) {
            crashed.close();
        }
    }

    @Test
    void extentIsKnownWhileWorkHoldsTheLock() throws Exception {
        SourceDatabase source = database.openAndBegin();
        insert(database.connect(), 5);
        source.sync();
        Position position = source.position();
        synchronized (source) {
            ShadowExtent extent = CompletableFuture.supplyAsync(source::extent).get(10, TimeUnit.SECONDS);
            assertThat(extent.position()).isEqualTo(position);
            assertThat(extent.size()).isEqualTo(position.offset());
            assertThat(extent.bytesAfter(position)).isZero();
            assertThat(extent.bytesAfter(position.atOffset(32))).isEqualTo(position.offset() - 32);
        }
        assertThat(source.extent().copiedBytes()).isEqualTo(position.offset());
    }

    @Test
    void extentCountsWhatIsBehindAPositionInEarlierIndexes() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Position first = source.position();
        assertThat(source.seal(PAUSE).result()).isEqualTo(SealOutcome.Result.SEALED);
        insert(database.connect(), 5);
        source.sync();
        Position second = source.position();
        assertThat(second.index()).isEqualTo(first.index() + 1);
        assertThat(source.extent().bytesAfter(first.atOffset(0))).isEqualTo(first.offset() + second.offset());
        assertThat(source.extent().bytesAfter(first.atOffset(0))).isEqualTo(source.bytesAfter(first.atOffset(0)));
        assertThat(source.extent().copiedBytes()).isEqualTo(first.offset() + second.offset());
        source.prune(second.index());
        assertThat(source.extent().size()).isEqualTo(second.offset());
    }

    @Test
    void noDatabaseIsThere() throws Exception {
        TestDatabase missing = new TestDatabase(folder.resolve("empty"));
        assertThat(missing.opener().databaseExists()).isFalse();
        Files.createFile(missing.path());
        assertThat(missing.opener().databaseExists()).isFalse();
    }

    @Test
    void aFileThatIsNoDatabaseIsLeftAsItIs() throws Exception {
        TestDatabase other = new TestDatabase(folder.resolve("other"));
        byte[] bytes = "this is a letter, not a database ".repeat(100).getBytes(StandardCharsets.UTF_8);
        Files.write(other.path(), bytes);
        assertThatThrownBy(() -> other.opener().open()).isInstanceOf(NotADatabaseException.class);
        assertThat(other.path()).hasBinaryContent(bytes);
        assertThat(MetaLock.tryLock(other.meta())).isNotNull().satisfies(MetaLock::close);
    }

    @Test
    void aDatabaseInARollbackModeIsSwitched() throws Exception {
        try (Connection app = database.connect()) {
            run(app, "pragma journal_mode=delete");
        }
        database.openAndBegin();
        assertThat(database.wal()).exists();
    }

    @Test
    void initial() throws Exception {
        SourceDatabase source = database.open();
        assertThat(source.position()).isNull();
        assertThat(source.brokenReason()).isEqualTo("no generation exists");
        assertThat(source.beginGeneration(PAUSE, true)).isTrue();
        Position position = source.position();
        assertThat(position.index()).isZero();
        assertThat(position.offset()).isEqualTo(Files.size(database.wal()));
        assertThat(source.hasExactImage()).isTrue();
        assertThat(position.generation().hasEndMarks()).isTrue();
        assertThat(database.meta().readGeneration()).isEqualTo(position.generation());
        assertThat(database.meta().shadowFile(position.generation(), 0)).hasBinaryContent(database.walBytes());
    }

    @Test
    void everyCommitAdvancesByItsFrames() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        for (int i = 0; i < 10; i++) {
            Position before = source.position();
            insert(app, 1);
            assertThat(source.sync()).isTrue();
            assertThat(source.position()).isEqualTo(before.atOffset(before.offset() + FRAME));
            assertThat(source.sync()).isFalse();
        }
    }

    @Test
    void anOpenTransactionIsNotCopied() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        Position before = source.position();
        run(app, "pragma cache_size=5", "begin");
        TestDatabase.insertPages(app, 50);
        assertThat(Files.size(database.wal())).isGreaterThan(before.offset());
        assertThat(source.sync()).isFalse();
        assertThat(source.position()).isEqualTo(before);
        run(app, "commit");
        assertThat(source.sync()).isTrue();
    }

    @Test
    void afterACrashTheGenerationGoesOnAndWhatWasCommittedIsCopied() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 3);
        source.sync();
        Position before = source.position();
        insert(app, 2);
        crashed = database.afterCrash();
        SourceDatabase next = crashed.open();
        assertThat(next.brokenReason()).isEmpty();
        assertThat(next.position()).isEqualTo(before);
        assertThat(next.sync()).isTrue();
        assertThat(next.position()).isEqualTo(before.atOffset(before.offset() + 2 * FRAME));
    }

    @Test
    void noWalAfterACrash() throws Exception {
        copiedRows(5);
        crashed = database.afterCrash();
        Files.delete(crashed.wal());
        assertNewGeneration("no primary wal");
    }

    @Test
    void anEmptyWalAfterACrash() throws Exception {
        copiedRows(5);
        crashed = database.afterCrash();
        Files.write(crashed.wal(), new byte[0]);
        assertNewGeneration("no primary wal");
    }

    /** The operating system lost the end of the WAL, as it may with {@code synchronous=normal}. */
    @Test
    void theWalIsShorterThanItWas() throws Exception {
        copiedRows(5);
        crashed = database.afterCrash();
        byte[] wal = database.walBytes();
        Files.write(crashed.wal(), Arrays.copyOf(wal, wal.length - (int) FRAME));
        assertNewGeneration("wal truncated by another process");
    }

    /** As above, and then other rows were committed where the lost ones had been. */
    @Test
    void overwritePrevPosition() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 3);
        byte[] wal = database.walBytes();
        insert(app, 5);
        source.sync();
        crashed = database.afterCrash();
        Files.write(crashed.wal(), wal);
        run(crashed.connect(), "insert into t(x) values('another row')");
        insert(crashed.connect(), 100);
        assertNewGeneration("wal overwritten by another process");
    }

    /** The operating system lost a page in the middle of the WAL: SQLite's recovery ends there. */
    @Test
    void theWalHasAHole() throws Exception {
        copiedRows(5);
        crashed = database.afterCrash();
        byte[] wal = database.walBytes();
        Arrays.fill(wal, 2 * 4096, 3 * 4096, (byte) 0);
        Files.write(crashed.wal(), wal);
        assertNewGeneration("wal has fewer committed frames than were copied");
    }

    @Test
    void framesOfACommitThatWentWrongAreNotCopiedAndTheNextCommitIs() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 3);
        source.sync();
        Position before = source.position();
        TestReplica replica = new TestReplica(folder);
        replica.begin(source);
        database.writeUncountedFrames(before.offset(), 3);
        assertThat(source.sync()).isFalse();
        assertThat(source.position()).isEqualTo(before);
        insert(app, 1);
        assertThat(source.sync()).isTrue();
        assertThat(source.position()).isEqualTo(before.atOffset(before.offset() + FRAME));
        replica.ship(source);
        assertThat(replica.restoredRows()).isEqualTo(TestDatabase.rows(app));
    }

    @Test
    void anIndexIsSealedBehindFramesOfACommitThatWentWrong() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 3);
        source.sync();
        Position before = source.position();
        database.writeUncountedFrames(before.offset(), 3);
        assertThat(source.seal(PAUSE).result()).isEqualTo(SealOutcome.Result.SEALED);
        assertThat(source.position()).isEqualTo(before);
        insert(app, 1);
        assertThat(source.sync()).isTrue();
        assertThat(source.position()).isEqualTo(new Position(before.generation(), 1, 32 + FRAME));
    }

    @Test
    void theWalRestartedWhileDown() throws Exception {
        copiedRows(5);
        crashed = database.afterCrash();
        Connection app = crashed.connect();
        TestDatabase.checkpoint(app, "RESTART");
        insert(app, 100);
        assertNewGeneration("wal header mismatch");
    }

    /** Salt-1 + 1 says nothing: the WAL may have restarted and ended, been checkpointed, and restarted once more. */
    @Test
    void aWalThatRestartedOnceWhileDownProvesNothing() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 3);
        assertThat(source.seal(PAUSE).result()).isEqualTo(SealOutcome.Result.SEALED);
        crashed = database.afterCrash();
        Connection next = crashed.connect();
        TestDatabase.checkpoint(next, "PASSIVE");
        insert(next, 1);
        assertNewGeneration("wal header mismatch");
    }

    @Test
    void theHeaderOfTheShadowIsOfAnotherWal() throws Exception {
        copiedRows(2);
        crashed = database.afterCrash();
        changeShadow(bytes -> new TestWal(4096).transaction(3, 1).bytes());
        assertNewGeneration("wal header mismatch");
    }

    @ParameterizedTest(name = "{0} bytes are left of the shadow")
    @ValueSource(ints = {0, 31, 32, 33})
    void partialShadowWal(int left) throws Exception {
        copiedRows(2);
        crashed = database.afterCrash();
        changeShadow(bytes -> Arrays.copyOf(bytes, left));
        assertNewGeneration("no shadow wal");
    }

    @Test
    void aShadowHeaderThatIsDamaged() throws Exception {
        copiedRows(2);
        crashed = database.afterCrash();
        changeShadow(bytes -> {
            bytes[17] ^= 1;
            return bytes;
        });
        assertNewGeneration("no shadow wal");
    }

    @Test
    void partialShadowFrame() throws Exception {
        Position before = copiedRows(5);
        crashed = database.afterCrash();
        changeShadow(bytes -> Arrays.copyOf(bytes, bytes.length - 1));
        SourceDatabase next = crashed.open();
        assertThat(next.brokenReason()).isEmpty();
        assertThat(next.position()).isEqualTo(before.atOffset(before.offset() - FRAME));
        next.sync();
        assertThat(next.position()).isEqualTo(before);
        assertThat(crashed.meta().shadowFile(before.generation(), 0)).hasBinaryContent(crashed.walBytes());
    }

    @Test
    void noShadowWal() throws Exception {
        Position before = copiedRows(5);
        crashed = database.afterCrash();
        Files.delete(crashed.meta().shadowFile(before.generation(), 0));
        assertNewGeneration("no shadow wal");
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(strings = {"", "\n", "0123456789abcde\n", "0123456789ABCDEF\n"})
    void aGenerationFileThatNamesNone(String text) throws Exception {
        copiedRows(5);
        crashed = database.afterCrash();
        Files.writeString(crashed.metaPath().resolve("generation"), text);
        assertNewGeneration("no generation exists");
    }

    @Test
    void whatABrokenGenerationLeftIsDeleted() throws Exception {
        Position before = copiedRows(5);
        crashed = database.afterCrash();
        Files.delete(crashed.wal());
        SourceDatabase next = crashed.openAndBegin();
        assertThat(next.position().generation()).isNotEqualTo(before.generation());
        assertThat(crashed.meta().walFolder(before.generation())).doesNotExist();
    }

    @Test
    void aSealBeginsIndexOneWithTheNextCommit() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 1000);
        source.sync();
        Position before = source.position();
        assertThat(source.framesToSeal()).isGreaterThan(1000);
        assertThat(source.seal(PAUSE).result()).isEqualTo(SealOutcome.Result.SEALED);
        assertThat(source.isSealed()).isTrue();
        assertThat(source.position()).isEqualTo(before);
        insert(app, 1);
        source.sync();
        assertThat(source.position()).isEqualTo(new Position(before.generation(), 1, 32 + FRAME));
    }

    @Test
    void nobodyCanLeaveWalModeWhileItIsPinned() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        assertThatThrownBy(() -> run(app, "pragma journal_mode=delete")).hasMessageContaining("locked");
        insert(app, 1);
        assertThat(source.sync()).isTrue();
    }

    @Test
    void aDatabaseThatIsLockedForGoodSaysSo() throws Exception {
        Connection app = database.connect();
        run(app, "pragma locking_mode=exclusive", "insert into t(x) values('mine')");
        assertThatThrownBy(database::open)
                .isInstanceOf(DatabaseAccessException.class)
                .hasMessageContaining("locking_mode=EXCLUSIVE");
    }

    @Test
    void anotherReplicatorWritesToTheShadow() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        insert(app, 1);
        source.sync();
        Path shadow = database.meta().shadowFile(source.position().generation(), 0);
        Files.write(shadow, new byte[(int) FRAME], StandardOpenOption.APPEND);
        insert(app, 1);
        assertThatThrownBy(source::sync)
                .isInstanceOf(ForeignReplicatorException.class)
                .hasMessageContaining(shadow.toString());
    }

    @Test
    void anotherFileTakesTheDatabasesPlace() throws Exception {
        SourceDatabase source = database.openAndBegin();
        assertThat(source.wasReplaced()).isFalse();
        Path other = folder.resolve("other.db");
        Files.write(other, new byte[4096]);
        Files.move(other, database.path(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(source.wasReplaced()).isTrue();
        Files.delete(database.path());
        assertThat(source.wasReplaced()).isTrue();
    }

    @Test
    void aSecondEngineOnTheFileStandsBy() throws Exception {
        database.openAndBegin();
        assertThat(database.opener().open()).isNull();
        assertThat(database.opener().open()).isNull();
        database.shutDown();
        assertThat(database.open().brokenReason()).isEqualTo("no primary wal");
    }

    @Test
    void aPathWithAQuestionMarkIsRefused() {
        Path odd = folder.resolve("what?.db");
        assertThatThrownBy(() -> new SourceDatabaseOpener(odd, folder.resolve("odd"), PAUSE).open())
                .isInstanceOf(DatabaseAccessException.class);
    }

    private Position copiedRows(int rows) throws Exception {
        SourceDatabase source = database.openAndBegin();
        insert(database.connect(), rows);
        source.sync();
        return source.position();
    }

    private interface Change {
        byte[] of(byte[] bytes);
    }

    private void changeShadow(Change change) throws Exception {
        Path shadow = crashed.meta().shadowFile(crashed.meta().readGeneration(), 0);
        Files.write(shadow, change.of(Files.readAllBytes(shadow)));
    }

    /** A start gives that reason; then a generation begins that can be restored. */
    private void assertNewGeneration(String reason) throws Exception {
        SourceDatabase next = crashed.open();
        assertThat(next.position()).isNull();
        assertThat(next.brokenReason()).isEqualTo(reason);
        assertThat(next.beginGeneration(PAUSE, true)).isTrue();
        TestReplica replica = new TestReplica(folder);
        replica.begin(next);
        Connection app = crashed.connect();
        insert(app, 2);
        next.sync();
        replica.ship(next);
        assertThat(replica.restoredRows()).isEqualTo(TestDatabase.rows(app));
    }
}
