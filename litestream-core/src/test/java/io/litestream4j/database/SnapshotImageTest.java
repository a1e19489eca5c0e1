package io.litestream4j.database;

import static io.litestream4j.database.SealOutcome.Result.BLOCKED_BY_READER;
import static io.litestream4j.database.SealOutcome.Result.SEALED;
import static io.litestream4j.database.SealOutcome.Result.SNAPSHOT_IN_PROGRESS;
import static io.litestream4j.database.TestDatabase.PAUSE;
import static io.litestream4j.database.TestDatabase.checkpoint;
import static io.litestream4j.database.TestDatabase.insert;
import static io.litestream4j.database.TestDatabase.insertPages;
import static io.litestream4j.database.TestDatabase.number;
import static io.litestream4j.database.TestDatabase.rows;
import static io.litestream4j.database.TestDatabase.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotImageTest {

    /** More than three reads of the image. */
    private static final int PAGES = 900;

    @TempDir
    Path folder;

    private TestDatabase database;
    private SourceDatabase source;
    private Connection app;
    private Connection other;

    @BeforeEach
    void begin() throws Exception {
        database = TestDatabase.create(folder);
        app = database.connect();
        other = database.connect();
        insertPages(app, PAGES);
        source = database.openAndBegin();
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Test
    void isExactWhileWritersAndCheckpointsGoOn() throws Exception {
        byte[] before = database.fileBytes();
        List<String> rows = rows(app);
        try (SnapshotImage image = source.openSnapshot(false)) {
            assertThat(image.position().offset()).isZero();
            assertThat(image.size()).isEqualTo(before.length);
            Disturbed out = new Disturbed(() -> {
                run(app, "update t set x = 'overwritten' where id % 2 = 0");
                insertPages(app, 50);
                checkpoint(other, "PASSIVE");
            });
            image.writeTo(out);
            assertThat(out.disturbances).isGreaterThan(3);
            assertThat(out.toByteArray()).isEqualTo(before);
            assertThat(rowsOf(out.toByteArray())).isEqualTo(rows);
            assertThat(written(image)).isEqualTo(before);
        }
    }

    /** A reader keeps the index from being sealed; checkpoints move its pages into the file that is being read. */
    @ParameterizedTest(name = "the database {0} meanwhile")
    @ValueSource(strings = {"grows", "shrinks", "is rewritten"})
    void isTheStateOfItsRequiredEndUnderAnyPin(String how) throws Exception {
        run(other, "begin");
        assertThat(number(other, "select count(*) from t")).isPositive();
        run(app, "delete from t where id % 7 = 0", "update t set x = randomblob(3000) where id % 3 = 0");
        insertPages(app, 100);
        assertThat(source.seal(Duration.ZERO).result()).isEqualTo(BLOCKED_BY_READER);
        List<String> rows = rows(app);
        insert(app, 3);
        try (SnapshotImage image = source.openSnapshot(true)) {
            assertThat(image.requiredEnd().offset()).isGreaterThan(0);
            assertThat(image.requiredEnd()).isLessThan(source.position());
            run(other, "commit");
            Disturbed out = new Disturbed(() -> {
                switch (how) {
                    case "grows" -> insertPages(app, 100);
                    case "shrinks" -> run(app, "delete from t where id > 10", "vacuum");
                    default -> run(app, "update t set x = randomblob(3400)");
                }
                checkpoint(other, "PASSIVE");
            });
            image.writeTo(out);
            assertThat(out.toByteArray()).hasSize((int) image.size());
            assertThat(rowsOf(out.toByteArray())).isEqualTo(rows);
            TestReplica replica = new TestReplica(folder.resolve("second"));
            replica.writeSnapshot(image);
            source.sync();
            replica.ship(source);
            assertThat(replica.restoredRows()).isEqualTo(rows(app));
        }
    }

    /** The pages of a vacuum that is part of the index: the file is longer than the database. */
    @Test
    void isShorterThanTheFileAfterAVacuum() throws Exception {
        run(other, "begin");
        assertThat(number(other, "select count(*) from t")).isPositive();
        run(app, "delete from t where id > 20", "vacuum");
        assertThat(source.seal(Duration.ZERO).result()).isEqualTo(BLOCKED_BY_READER);
        try (SnapshotImage image = source.openSnapshot(true)) {
            assertThat(image.size()).isLessThan(database.fileBytes().length);
            assertThat(rowsOf(written(image))).isEqualTo(rows(app));
        }
    }

    @Test
    void isNotToBeHadExactlyWhileAReaderIsInTheWay() throws Exception {
        run(other, "begin");
        assertThat(number(other, "select count(*) from t")).isPositive();
        insert(app, 1);
        assertThat(source.seal(Duration.ZERO).result()).isEqualTo(BLOCKED_BY_READER);
        assertThat(source.openSnapshot(false)).isNull();
        assertThat(source.isReadingSnapshot()).isFalse();
    }

    @Test
    void keepsTheIndexFromBeingSealed() throws Exception {
        insert(app, 1);
        SnapshotImage first = source.openSnapshot(false);
        SnapshotImage second = source.openSnapshot(true);
        assertThat(source.isReadingSnapshot()).isTrue();
        assertThat(source.seal(PAUSE).result()).isEqualTo(SNAPSHOT_IN_PROGRESS);
        first.close();
        first.close();
        assertThat(source.seal(PAUSE).result()).isEqualTo(SNAPSHOT_IN_PROGRESS);
        assertThat(written(second)).hasSize((int) second.size());
        second.close();
        assertThat(source.seal(PAUSE).result()).isEqualTo(SEALED);
    }

    @Test
    void endsSoonWhenItIsAborted() throws Exception {
        try (SnapshotImage image = source.openSnapshot(false)) {
            Disturbed out = new Disturbed(source::abortSnapshots);
            assertThatThrownBy(() -> image.writeTo(out)).isInstanceOf(InterruptedIOException.class);
            assertThat(out.disturbances).isEqualTo(1);
        }
    }

    @Test
    void endsWithItsGeneration() throws Exception {
        try (SnapshotImage image = source.openSnapshot(false)) {
            source.breakGeneration("a test");
            assertThatThrownBy(() -> written(image)).isInstanceOf(InterruptedIOException.class);
        }
        assertThat(source.beginGeneration(PAUSE, true)).isTrue();
    }

    /** Its storage takes no more bytes, so nobody will ever close it: it must not be waited for. */
    @Test
    void anAbortedOneIsInNobodysWayAndTakesNothingFromTheFileAnyMore() throws Exception {
        SnapshotImage stalled = source.openSnapshot(false);
        assertThat(source.seal(PAUSE).result()).isEqualTo(SNAPSHOT_IN_PROGRESS);
        source.abortSnapshots();
        assertThat(source.seal(PAUSE).result()).isEqualTo(SEALED);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatThrownBy(() -> stalled.writeTo(out)).isInstanceOf(InterruptedIOException.class);
        assertThat(out.size()).isZero();
        stalled.close();
    }

    @ParameterizedTest(name = "page size {0}")
    @ValueSource(ints = {512, 65536})
    void otherPageSizes(int pageSize) throws Exception {
        try (TestDatabase sized = new TestDatabase(folder.resolve("sized"))) {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + sized.path());
            run(connection, "pragma page_size=" + pageSize, "create table t(id integer primary key, x)");
            connection.close();
            Connection user = sized.connect();
            insertPages(user, 400);
            SourceDatabase opened = sized.openAndBegin();
            Connection reader = sized.connect();
            run(reader, "begin");
            assertThat(number(reader, "select count(*) from t")).isPositive();
            insertPages(user, 100);
            assertThat(opened.seal(Duration.ZERO).result()).isEqualTo(BLOCKED_BY_READER);
            try (SnapshotImage image = opened.openSnapshot(true)) {
                assertThat(rowsOf(written(image))).isEqualTo(rows(user));
            }
        }
    }

    private static byte[] written(SnapshotImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        image.writeTo(out);
        return out.toByteArray();
    }

    private List<String> rowsOf(byte[] bytes) throws Exception {
        Path file = Files.createTempFile(folder, "image", ".db");
        Files.write(file, bytes);
        return TestDatabase.rowsOf(file);
    }

    private interface Disturbance {
        void run() throws SQLException;
    }

    /** Collects what is written, and does something to the database after each piece. */
    private static final class Disturbed extends OutputStream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Disturbance disturbance;
        private int disturbances;

        Disturbed(Disturbance disturbance) {
            this.disturbance = disturbance;
        }

        @Override
        public void write(int b) {
            bytes.write(b);
        }

        @Override
        public void write(byte[] piece, int offset, int length) throws IOException {
            bytes.write(piece, offset, length);
            disturbances++;
            try {
                disturbance.run();
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
