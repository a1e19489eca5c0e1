package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.io.Crc64;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.ValidationResult.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replica is restored and compared with the live database. */
class ValidationTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final List<ValidationResult> heard = new CopyOnWriteArrayList<>();
    private Path db;
    private Path root;
    private CountingClient counting;
    private Connection app;
    private ReplicatedDatabase database;

    @BeforeEach
    void create() throws Exception {
        db = folder.resolve("app.db");
        root = folder.resolve("replica");
        counting = new CountingClient(new FileReplicaClient(root));
        app = Sql.connect(db);
        Sql.run(
                app,
                "create table t(id integer primary key, x)",
                "create table still(x)",
                "insert into still values (randomblob(2000))");
    }

    @AfterEach
    void close() throws Exception {
        app.close();
        database.close();
    }

    @Test
    void whatIsRestoredIsTheDatabase() throws Exception {
        start(ReplicaSettings.builder());
        for (int i = 0; i < 3; i++) {
            commit();
            assertThat(database.seal(LIMIT)).isTrue();
            commit();
            ValidationResult result = validate();
            assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.VALID);
            assertThat(result.detail()).startsWith("the restored database");
        }
        assertThat(heard).hasSize(3);
        assertThat(status().lastValidation()).isEqualTo(heard.get(2));
        assertNothingIsLeft();
    }

    @Test
    void underLoad() throws Exception {
        Entries.create(app);
        start(ReplicaSettings.builder().syncInterval(Duration.ZERO));
        try (Writers writers = Writers.start(db, Writers.Load.of(2, 2_000_000))) {
            for (int i = 0; i < 5; i++) {
                ValidationResult result = validate();
                assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.VALID);
            }
            writers.assertAllWell();
        }
        assertNothingIsLeft();
    }

    /** The generation has only its first snapshot: nothing is made dirty to prove that. */
    @Test
    void anIdleDatabaseIsProvedAsItStands() throws Exception {
        start(ReplicaSettings.builder());
        Position before = database.sync();
        ValidationResult result = validate();
        assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.VALID);
        assertThat(database.sync()).isEqualTo(before);
    }

    @Test
    void anIdleDatabaseIsProvedAsItStandsAfterARestart() throws Exception {
        start(ReplicaSettings.builder());
        commit();
        close();
        app = Sql.connect(db);
        start(ReplicaSettings.builder());
        Position before = database.sync();
        assertThat(before.offset()).isPositive();
        ValidationResult result = validate();
        assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.VALID);
        assertThat(result.position()).isEqualTo(before);
        assertThat(database.sync()).isEqualTo(before);
    }

    @Test
    void byTheClock() throws Exception {
        start(ReplicaSettings.builder().validationInterval(Duration.ofMillis(100)));
        Await.until("three validations", () -> heard.size() >= 3);
        assertThat(heard).extracting(ValidationResult::outcome).containsOnly(Outcome.VALID);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 31, 200, -1})
    void aFlippedBitInASegmentIsFoundAndANewSnapshotFollows(long at) throws Exception {
        start(ReplicaSettings.builder());
        twoIndexes();
        Path segment = root.resolve(ReplicaPaths.walSegment(segments().get(0).position()));
        byte[] bytes = Files.readAllBytes(segment);
        int flipped = at < 0 ? bytes.length - 1 : (int) at;
        bytes[flipped] ^= 1;
        Files.write(segment, bytes);
        assertInvalidThenMended();
    }

    @Test
    void aSegmentThatIsGoneIsFound() throws Exception {
        start(ReplicaSettings.builder());
        twoIndexes();
        Files.delete(root.resolve(ReplicaPaths.walSegment(segments().get(0).position())));
        assertInvalidThenMended();
    }

    /** Well-formed, with all its checksums, but of another time. */
    @Test
    void aSnapshotWithOtherContentIsFound() throws Exception {
        start(ReplicaSettings.builder());
        twoIndexes();
        overwriteSnapshot();
        assertInvalidThenMended();
    }

    @Test
    void aSnapshotWithOtherContentIsFoundWhereThereIsNothingElse() throws Exception {
        start(ReplicaSettings.builder());
        overwriteSnapshot();
        assertInvalidThenMended();
    }

    /** Nobody commits after the damage was found: the snapshot that was stored for it is what counts now. */
    @Test
    void anIdleDatabaseIsMendedByTheNewSnapshot() throws Exception {
        start(ReplicaSettings.builder());
        twoIndexes();
        overwriteSnapshot();
        assertThat(validate().outcome()).isEqualTo(Outcome.INVALID);
        Await.until("a new snapshot", () -> Restores.snapshots(root).size() == 2);
        ValidationResult mended = validate();
        assertThat(mended.outcome()).as(mended.detail()).isEqualTo(Outcome.VALID);
        assertThat(mended.detail()).contains("older states, before snapshot");
        assertThat(mended.olderStatesDamaged()).isTrue();
    }

    @Test
    void aRestartDoesntBeginTheIntervalAnew() throws Exception {
        start(ReplicaSettings.builder());
        assertThat(validate().outcome()).isEqualTo(Outcome.VALID);
        close();
        try (Stream<Path> files = Files.list(validationFolder())) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(23))));
            }
        }
        app = Sql.connect(db);
        start(ReplicaSettings.builder().validationInterval(Duration.ofHours(22)));
        Await.until("a validation of this run", () -> heard.size() == 2);
    }

    @Test
    void aReplicaThatDoesntAnswerProvesNothing() throws Exception {
        start(ReplicaSettings.builder());
        commit();
        counting.fault(call -> {
            if (!call.startsWith("write")) {
                throw new IOException("no route to host");
            }
        });
        ValidationResult result = validate();
        assertThat(result.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(result.detail()).contains("no route to host");
        counting.fault(call -> {});
        assertThat(validate().outcome()).isEqualTo(Outcome.VALID);
    }

    @Test
    void aReplicaThatLagsProvesNothing() throws Exception {
        start(ReplicaSettings.builder());
        counting.fault(call -> {
            if (call.equals("writeWalSegment")) {
                throw new IOException("slow down");
            }
        });
        Sql.run(app, "insert into t(x) values (1)");
        ValidationResult result = database.validate("file", Duration.ofSeconds(1));
        assertThat(result.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(result.detail()).contains("the replica has only");
        counting.fault(call -> {});
    }

    @Test
    void aReaderThatKeepsTheWalFromBeingSealedProvesNothing() throws Exception {
        start(ReplicaSettings.builder());
        try (Connection reader = Sql.connect(db)) {
            reader.setAutoCommit(false);
            Sql.number(reader, "select count(*) from t");
            commit();
            ValidationResult result = database.validate("file", Duration.ofSeconds(1));
            assertThat(result.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
            assertThat(result.detail()).contains("could not be sealed");
        }
        assertThat(validate().outcome()).isEqualTo(Outcome.VALID);
    }

    @Test
    void withoutSpaceNothingIsRestored() throws Exception {
        start(ReplicaSettings.builder());
        twoIndexes();
        ValidationRestore restore =
                new ValidationRestore(folder.resolve("meta"), Restores.replica(root), path -> 1 << 20);
        assertThatThrownBy(() ->
                        restore.restore(Restores.replica(root), database.sync().generation(), 0, 8192, () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1048576 bytes are free")
                .hasMessageContaining("expected at least 67125248");
        assertThat(counting.count("openSnapshot")).isZero();
    }

    @Test
    void whatAKilledValidationLeftIsRemoved() throws Exception {
        start(ReplicaSettings.builder());
        twoIndexes();
        assertThat(validate().outcome()).isEqualTo(Outcome.VALID);
        Path left = validationFolder().resolve("%08x-left.db".formatted("file".hashCode()));
        Files.writeString(left, "left by a run before");
        close();
        app = Sql.connect(db);
        start(ReplicaSettings.builder());
        Await.until("it is removed", () -> !Files.exists(left));
    }

    @Test
    void theChecksumIsThatOfTheFileAtRest() throws Exception {
        start(ReplicaSettings.builder());
        commit();
        DatabaseChecksum checksum = database.checksum(LIMIT);
        assertThat(database.checksum(LIMIT)).isEqualTo(checksum);
        commit();
        assertThat(database.checksum(LIMIT).crc64()).isNotEqualTo(checksum.crc64());
        Await.until("an own frame", () -> database.status().position().offset() < 10_000);
        DatabaseChecksum last = database.checksum(LIMIT);
        Path restored = folder.resolve("restored.db");
        assertThat(database.syncAll(LIMIT)).isTrue();
        io.litestream4j.restore.RestoreRequest request = io.litestream4j.restore.RestoreRequest.to(restored)
                .from(List.of(Restores.replica(root)))
                .generation(last.position().generation())
                .index(last.position().index() - 1)
                .build();
        new io.litestream4j.restore.Restorer().restore(request);
        Crc64 crc = new Crc64();
        byte[] bytes = Files.readAllBytes(restored);
        crc.update(bytes, 0, bytes.length);
        assertThat(crc.getValue()).isEqualTo(last.crc64());
    }

    private void start(ReplicaSettings.Builder settings) throws Exception {
        database = ReplicatedDatabase.builder(db)
                .replica(new Replica("file", counting.client()), settings.build())
                .listener(new ReplicationListener() {
                    @Override
                    public void validated(String replica, ValidationResult result) {
                        heard.add(result);
                    }
                })
                .build();
        database.open();
        database.start();
        Await.until("a generation", () -> database.status().position() != null);
        assertThat(database.syncAll(LIMIT)).isTrue();
    }

    private void twoIndexes() throws Exception {
        for (int i = 0; i < 2; i++) {
            commit();
            assertThat(database.seal(LIMIT)).isTrue();
            commit();
        }
    }

    private void commit() throws Exception {
        Sql.run(app, "insert into t(x) values (randomblob(2000))");
        assertThat(database.syncAll(LIMIT)).isTrue();
    }

    private ValidationResult validate() throws Exception {
        return database.validate(LIMIT).get("file");
    }

    private void assertInvalidThenMended() throws Exception {
        ValidationResult result = validate();
        assertThat(result.outcome()).as(result.detail()).isEqualTo(Outcome.INVALID);
        assertThat(status().lastValidation()).isEqualTo(result);
        Await.until("a new snapshot", () -> Restores.snapshots(root).size() == 2);
        commit();
        ValidationResult mended = validate();
        assertThat(mended.outcome()).as(mended.detail()).isEqualTo(Outcome.VALID);
        assertNothingIsLeft();
        System.out.println("found: " + result.detail());
    }

    private void overwriteSnapshot() throws Exception {
        SnapshotInfo snapshot = Restores.snapshots(root).get(0);
        Path file = root.resolve(ReplicaPaths.snapshot(snapshot));
        byte[] bytes;
        try (InputStream in = Lz4Frames.decompress(Files.newInputStream(file))) {
            bytes = in.readAllBytes();
        }
        bytes[bytes.length - 1] ^= 0x20;
        try (OutputStream out = Lz4Frames.compress(Files.newOutputStream(file))) {
            out.write(bytes);
        }
    }

    private List<WalSegmentInfo> segments() throws Exception {
        return new FileReplicaClient(root).walSegments(database.sync().generation());
    }

    private ReplicaStatus status() {
        return database.status().replicas().get(0);
    }

    private Path validationFolder() {
        return Restores.meta(db).resolve("validation");
    }

    private void assertNothingIsLeft() throws IOException {
        if (Files.exists(validationFolder())) {
            try (Stream<Path> files = Files.list(validationFolder())) {
                assertThat(files.filter(file -> !file.toString().endsWith(".proved")))
                        .isEmpty();
            }
        }
    }
}
