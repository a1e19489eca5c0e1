package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetaDirectoryTest {

    private static final Generation GENERATION = Generation.parse("0123456789abcdef");

    @TempDir
    Path folder;

    @Test
    void hasLitestreamsNames() {
        Path path = MetaDirectory.defaultPath(folder.resolve("app.db"));
        assertThat(path).isEqualTo(folder.resolve(".app.db-litestream"));
        assertThat(MetaDirectory.defaultPath(Path.of("db")))
                .isEqualTo(Path.of(".db-litestream").toAbsolutePath());
        assertThat(new MetaDirectory(path).shadowFile(GENERATION, 1000))
                .isEqualTo(path.resolve("generations/0123456789abcdef/wal/000003e8.wal"));
    }

    @ParameterizedTest(name = "{0} is index {1}")
    @CsvSource({
        "00000000.wal, 0", "000003e8.wal, 1000", "7fffffff.wal, 2147483647", "80000000.wal, -1", "ffffffff.wal, -1",
        "000003E8.wal, -1", "3e8.wal, -1", "0000003e8.wal, -1", "000003e8.wal.tmp, -1", "000003e8_00000000.wal, -1"
    })
    void readsTheIndexOfAName(String name, int index) {
        assertThat(MetaDirectory.indexOf(folder.resolve(name))).isEqualTo(index);
    }

    @Test
    void readsTheGenerationThatItWrote() throws IOException {
        MetaDirectory meta = prepared();
        assertThat(meta.readGeneration()).isNull();
        meta.writeGeneration(GENERATION);
        assertThat(meta.readGeneration()).isEqualTo(GENERATION);
        assertThat(meta.path().resolve("generation")).hasContent("0123456789abcdef\n");
        Generation next = Generation.random();
        meta.writeGeneration(next);
        assertThat(meta.readGeneration()).isEqualTo(next);
    }

    @Test
    void readsTheGenerationThatLitestreamWrote() throws IOException {
        MetaDirectory meta = prepared();
        Files.writeString(meta.path().resolve("generation"), "  0123456789abcdef \r\n");
        assertThat(meta.readGeneration()).isEqualTo(GENERATION);
    }

    @Test
    void aHugeGenerationFileIsNotRead() throws IOException {
        MetaDirectory meta = prepared();
        Files.write(meta.path().resolve("generation"), new byte[50_000_000]);
        assertThat(meta.readGeneration()).isNull();
    }

    @Test
    void aGenerationFileThatIsNoText() throws IOException {
        MetaDirectory meta = prepared();
        Files.write(meta.path().resolve("generation"), new byte[] {(byte) 0xff, (byte) 0xc0, 0});
        assertThat(meta.readGeneration()).isNull();
    }

    @Test
    void preparingRemovesWhatACrashLeftAndNothingElse() throws IOException {
        MetaDirectory meta = prepared();
        Path kept = meta.shadowFile(GENERATION, 0);
        Files.createDirectories(kept.getParent());
        Files.write(kept, new byte[1]);
        Path elsewhere = Files.write(folder.resolve("mine.tmp"), new byte[1]);
        Files.write(kept.resolveSibling("00000001.wal.tmp"), new byte[1]);
        Files.write(meta.path().resolve("generation.0000.tmp"), new byte[1]);
        Files.createSymbolicLink(meta.path().resolve("link"), folder);
        meta.create();
        meta.clean();
        assertThat(kept).exists();
        assertThat(elsewhere).exists();
        assertThat(kept.resolveSibling("00000001.wal.tmp")).doesNotExist();
        assertThat(meta.path().resolve("generation.0000.tmp")).doesNotExist();
    }

    @Test
    void keepsOneGenerationAndFollowsNoLinks() throws IOException {
        MetaDirectory meta = prepared();
        Path outside = Files.write(folder.resolve("precious"), new byte[1]);
        Generation old = Generation.random();
        for (Generation generation : new Generation[] {GENERATION, old}) {
            Files.createDirectories(meta.walFolder(generation));
            Files.write(meta.shadowFile(generation, 0), new byte[1]);
        }
        Files.createSymbolicLink(meta.walFolder(old).resolve("link"), folder);
        meta.keepOnly(GENERATION);
        assertThat(meta.shadowFile(GENERATION, 0)).exists();
        assertThat(meta.walFolder(old).getParent()).doesNotExist();
        assertThat(outside).exists();
        meta.keepOnly(null);
        assertThat(meta.walFolder(GENERATION)).doesNotExist();
        meta.keepOnly(null);
    }

    @Test
    void onlyItsOwnerCanReadIt() throws IOException {
        MetaDirectory meta = prepared();
        meta.writeGeneration(GENERATION);
        assertThat(permissions(meta.path())).isEqualTo("rwx------");
        assertThat(permissions(meta.path().resolve("generation"))).isEqualTo("rw-------");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private MetaDirectory prepared() throws IOException {
        MetaDirectory meta = new MetaDirectory(folder.resolve(".app.db-litestream"));
        meta.create();
        meta.clean();
        return meta;
    }

    @Nested
    class Lock {

        @Test
        void oneAtATime() throws IOException {
            MetaDirectory meta = prepared();
            try (MetaLock first = MetaLock.tryLock(meta)) {
                assertThat(first).isNotNull();
                assertThat(MetaLock.tryLock(meta)).isNull();
                assertThat(MetaLock.tryLock(meta)).isNull();
            }
            try (MetaLock next = MetaLock.tryLock(meta)) {
                assertThat(next).isNotNull();
            }
        }

        @Test
        void theSameFolderByAnotherName() throws IOException {
            MetaDirectory meta = prepared();
            Path link = Files.createSymbolicLink(folder.resolve("link"), meta.path());
            try (MetaLock first = MetaLock.tryLock(meta)) {
                assertThat(first).isNotNull();
                assertThat(MetaLock.tryLock(new MetaDirectory(link))).isNull();
            }
        }

        /** Closing any descriptor of the lock's file would free the lock of the whole process. */
        @Test
        void aFailedAttemptOfThisProcessDoesNotFreeItForOthers() throws Exception {
            MetaDirectory meta = prepared();
            MetaLock first = MetaLock.tryLock(meta);
            assertThat(first).isNotNull();
            assertThat(MetaLock.tryLock(meta)).isNull();
            assertThat(otherProcessGets(meta)).isFalse();
            first.close();
            assertThat(otherProcessGets(meta)).isTrue();
        }

        private boolean otherProcessGets(MetaDirectory meta) throws Exception {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            OtherProcess.class.getName(),
                            meta.lockFile().toString())
                    .redirectErrorStream(true)
                    .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return process.exitValue() == OtherProcess.LOCKED;
        }
    }

    /** Another process that tries to lock a file. */
    static final class OtherProcess {

        static final int LOCKED = 42;

        private OtherProcess() {}

        public static void main(String[] args) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                System.exit(lock != null ? LOCKED : 0);
            }
        }
    }

    @Nested
    class Identity {

        @Test
        void ofNoFileIsNull() throws IOException {
            assertThat(FileIdentity.of(folder.resolve("none"))).isNull();
            assertThat(FileIdentity.sizeOf(folder.resolve("none"))).isEqualTo(-1);
        }

        @Test
        void staysWhileNobodyTouchesTheFile() throws IOException {
            Path file = Files.write(folder.resolve("file"), new byte[5]);
            FileIdentity identity = FileIdentity.of(file);
            assertThat(identity.size()).isEqualTo(5);
            assertThat(Files.readAllBytes(file)).hasSize(5);
            assertThat(FileIdentity.of(file)).isEqualTo(identity);
        }

        @Test
        void changesWithTheTimeTheSizeAndTheFile() throws IOException {
            Path file = Files.write(folder.resolve("file"), new byte[5]);
            FileTime then = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
            Files.setLastModifiedTime(file, then);
            FileIdentity identity = FileIdentity.of(file);
            assertThat(identity.modified()).isEqualTo(then.toInstant());
            Files.setLastModifiedTime(file, FileTime.from(then.toInstant().plusNanos(1000)));
            assertThat(FileIdentity.of(file)).isNotEqualTo(identity);
            Path other = Files.write(folder.resolve("other"), new byte[5]);
            Files.setLastModifiedTime(other, then);
            assertThat(FileIdentity.of(other).inode()).isNotEqualTo(identity.inode());
        }

        @ParameterizedTest(name = "{0} ms after the change: {1}")
        @CsvSource({"-5000, false", "0, false", "99, false", "100, true", "5000, true"})
        void isSettledAStepOfTheClockAfterTheChange(long millis, boolean settled) {
            Instant changed = Instant.parse("2026-01-01T00:00:00Z");
            Instant now = changed.plusMillis(millis);
            assertThat(new FileIdentity(1, 1, changed, changed).isSettledAt(now))
                    .isEqualTo(settled);
            assertThat(new FileIdentity(1, 1, Instant.EPOCH, changed).isSettledAt(now))
                    .isEqualTo(settled);
            assertThat(new FileIdentity(1, 1, changed, Instant.EPOCH).isSettledAt(now))
                    .isEqualTo(settled);
        }
    }

    @Nested
    class Database {

        @Test
        void hasOneChannelForAllWhoReadIt() throws IOException {
            Path file = Files.write(folder.resolve("app.db"), new byte[100]);
            Path link = Files.createLink(folder.resolve("same.db"), file);
            DatabaseFile first = DatabaseFile.acquire(file);
            DatabaseFile second = DatabaseFile.acquire(link);
            assertThat(second).isSameAs(first);
            first.release();
            assertThat(second.size()).isEqualTo(100);
            second.release();
            DatabaseFile later = DatabaseFile.acquire(file);
            assertThat(later).isNotSameAs(first);
            later.release();
        }

        @Test
        void keepsItsChannelWhileAWalSaysThatSomebodyIsConnected() throws IOException {
            Path file = Files.write(folder.resolve("app.db"), new byte[100]);
            Path wal = Files.write(folder.resolve("app.db-wal"), new byte[0]);
            DatabaseFile first = DatabaseFile.acquire(file);
            first.release();
            assertThat(first.size()).isEqualTo(100);
            Files.delete(wal);
            DatabaseFile second = DatabaseFile.acquire(file);
            assertThat(second).isSameAs(first);
            second.release();
        }

        @Test
        void isAnotherOneAfterAReplacement() throws IOException {
            Path file = Files.write(folder.resolve("app.db"), new byte[100]);
            DatabaseFile first = DatabaseFile.acquire(file);
            Path other = Files.write(folder.resolve("other.db"), new byte[200]);
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            DatabaseFile second = DatabaseFile.acquire(file);
            assertThat(second.size()).isEqualTo(200);
            assertThat(first.size()).isEqualTo(100);
            first.release();
            second.release();
        }
    }
}
