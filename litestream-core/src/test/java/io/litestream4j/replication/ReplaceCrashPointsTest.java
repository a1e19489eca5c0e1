package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.crash.CrashCases;
import io.litestream4j.crash.CrashPoint;
import io.litestream4j.crash.CrashPoints;
import io.litestream4j.crash.Loss;
import io.litestream4j.crash.WatchedFileSystem;
import io.litestream4j.database.SourceDatabaseOpener;
import io.litestream4j.replication.InPlaceRestore.Kind;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process or the power ends at each step with which a database is replaced by a restored one. */
class ReplaceCrashPointsTest {

    private static final int ONE_OF = 6;
    private static final int BACKED_UP = 5;
    private static final int PRESENT = 8;

    @TempDir
    Path folder;

    private final CrashCases cases = new CrashCases();

    @Test
    void replacedDatabaseWithTransactionsInItsWal() throws Exception {
        Path world = crashedWithAWal();
        CrashPoints<String> points = points(world);
        Path watched = WatchedFileSystem.watch(world, points);

        points.begin();
        assertThat(replace(watched).kind()).isEqualTo(Kind.REPLACED);
        points.end();

        cases.check("replace", folder, points, this::checkReplaced);
    }

    @Test
    void missingDatabaseWithAStaleWal() throws Exception {
        Path world = crashedWithAWal();
        Files.delete(db(world));
        CrashPoints<String> points = points(world);
        Path watched = WatchedFileSystem.watch(world, points);

        points.begin();
        assertThat(replace(watched).kind()).isEqualTo(Kind.REPLACED);
        points.end();

        cases.check("replace where nothing is", folder, points, (point, root, loss, random) -> {
            point.leave(root, loss, random);
            if (Files.exists(db(root))) {
                assertThat(asSqliteSeesIt(root)).isEqualTo(BACKED_UP);
            }
            assertThat(replace(root).kind()).isIn(Kind.REPLACED, Kind.REPLACED_BEFORE);
            assertThat(numberOf(db(root))).isEqualTo(BACKED_UP);
            assertNothingLeft(root);
        });
    }

    @Test
    void damagedDatabaseAndItsWalAreKept() throws Exception {
        Path world = crashedWithAWal();
        Files.writeString(db(world), "no database at all");
        Files.writeString(wal(db(world)), "its wal");
        CrashPoints<String> points = points(world);
        Path watched = WatchedFileSystem.watch(world, points);

        points.begin();
        assertThat(replace(watched).kind()).isEqualTo(Kind.REPLACED);
        points.end();

        cases.check("replace a damaged database", folder, points, (point, root, loss, random) -> {
            point.leave(root, loss, random);
            if (Files.size(db(root)) > 100) {
                assertThat(asSqliteSeesIt(root)).isEqualTo(BACKED_UP);
            }
            InPlaceRestore.Outcome outcome = replace(root);
            assertThat(numberOf(db(root))).isEqualTo(BACKED_UP);
            assertThat(outcome.keptAside()).hasContent("no database at all");
            assertThat(wal(outcome.keptAside())).hasContent("its wal");
            assertNothingLeft(root);
        });
    }

    private static Path wal(Path db) {
        return Path.of(db + "-wal");
    }

    private void checkReplaced(CrashPoint<String> point, Path root, Loss loss, Random random) throws Exception {
        point.leave(root, loss, random);
        assertThat(asSqliteSeesIt(root)).as("before any engine looks").isIn(PRESENT, BACKED_UP);
        boolean engineFirst = random.nextBoolean();
        if (engineFirst) {
            new SourceDatabaseOpener(db(root), null, Duration.ofSeconds(1))
                    .open()
                    .close();
            assertThat(numberOf(db(root))).as("after an engine opened it").isIn(PRESENT, BACKED_UP);
            assertNothingLeft(root);
        }
        InPlaceRestore.Outcome outcome = replace(root);
        assertThat(outcome.kind()).isIn(Kind.REPLACED, Kind.REPLACED_BEFORE);
        assertThat(numberOf(db(root))).as("after the request was repeated").isEqualTo(BACKED_UP);
        assertThat(numberOf(outcome.keptAside())).as("kept aside").isEqualTo(PRESENT);
        assertThat(kept(root)).as("kept once").hasSize(1);
        assertNothingLeft(root);
        assertThat(replace(root).kind()).isEqualTo(Kind.REPLACED_BEFORE);
    }

    /** The database as whoever comes first would see it; in a copy, since that changes it. */
    private static int asSqliteSeesIt(Path root) throws Exception {
        Path copy = Files.createDirectories(root.resolve("seen")).resolve("app.db");
        for (String suffix : List.of("", "-wal", "-shm")) {
            Path file = Path.of(db(root) + suffix);
            if (Files.exists(file)) {
                Files.copy(file, Path.of(copy + suffix));
            }
        }
        int number = numberOf(copy);
        Restores.deleteRecursively(copy.getParent());
        return number;
    }

    private static int numberOf(Path db) throws Exception {
        assertThat(db).exists();
        try (Connection connection = Sql.plain(db)) {
            return Commits.check(connection);
        }
    }

    private static List<Path> kept(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("data"))) {
            return files.filter(file -> file.getFileName().toString().matches("app\\.db\\.replaced-.*Z(-\\d+)?"))
                    .toList();
        }
    }

    /**
     * Nothing but the database, and what is kept. The second link to a WAL that SQLite folded into the database just before
     * the crash is kept, too: that it was folded can't be told from that it was thrown away.
     */
    private static void assertNothingLeft(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("data"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".tmp")
                                    || name.contains(".replacement")
                                    || (name.endsWith(".held") && !name.endsWith("-wal.held"))
                                    || name.equals("replacing")))
                    .isEmpty();
        }
    }

    private CrashPoints<String> points(Path world) {
        return new CrashPoints<>(world, folder.resolve("copies"), cases.oneOf(ONE_OF), cases.seed(), () -> "");
    }

    private static InPlaceRestore.Outcome replace(Path root) throws InterruptedException {
        InPlaceRestore restore = new InPlaceRestore(
                null,
                new Restorer(),
                Clock.fixed(Instant.parse("2026-11-21T10:15:00Z"), ZoneOffset.UTC),
                new Operations("", List.of(), Clock.systemUTC()));
        return restore.replace(RestoreRequest.to(db(root))
                .from(List.of(Restores.replica(root.resolve("replica"))))
                .build());
    }

    private static Path db(Path root) {
        return root.resolve("data").resolve("app.db");
    }

    /** A database that has more than its replica, in a WAL that a crash left. */
    private Path crashedWithAWal() throws Exception {
        Path left = folder.resolve("crashed");
        try (CrashWorld before = new CrashWorld(folder, 1, cases.seed())) {
            before.create(3);
            before.start();
            before.commit(BACKED_UP - 3);
            before.acknowledge();
            before.stop();
            try (Connection alone = CrashWorld.connect(before.db)) {
                while (before.committed() < PRESENT) {
                    before.commit(alone);
                }
                before.points.begin();
                before.points.end();
            }
            before.points.points().get(0).leave(left, Loss.NOTHING, new Random(0));
            Restores.deleteRecursively(folder.resolve("copies"));
        }
        assertThat(wal(db(left))).isNotEmptyFile();
        return left;
    }
}
