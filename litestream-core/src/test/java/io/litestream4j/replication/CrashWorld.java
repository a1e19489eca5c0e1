package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Position;
import io.litestream4j.crash.CrashPoint;
import io.litestream4j.crash.CrashPoints;
import io.litestream4j.crash.WatchedFileSystem;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An application, its engine and a file replica in one folder, of which each step is a crash point. */
final class CrashWorld implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(30);

    /**
     * What is known at a crash.
     *
     * @param committed number of the last transaction
     * @param acknowledged number of the last one for which waiting has ended
     * @param record what the record of a clean shutdown says is true of the database's file
     */
    record Known(int committed, int acknowledged, boolean record) {}

    final Path root;
    final Path db;
    final Path replicaRoot;
    final CrashPoints<Known> points;
    final Path watched;
    private UnaryOperator<ReplicaClient> wrap = UnaryOperator.identity();
    private ReplicaSettings replicaSettings = ReplicaSettings.builder()
            .syncInterval(Duration.ZERO)
            .retention(Duration.ZERO)
            .build();
    private @Nullable Connection app;
    private @Nullable ReplicatedDatabase engine;
    private int committed;
    private int acknowledged;

    /** @param folder for everything; {@code world} in it may be what a crash left */
    CrashWorld(Path folder, int oneOf, long seed) throws IOException {
        root = Files.createDirectories(folder.resolve("world"));
        db = Files.createDirectories(root.resolve("data")).resolve("app.db");
        replicaRoot = Files.createDirectories(root.resolve("replica"));
        points = new CrashPoints<>(root, folder.resolve("copies"), oneOf, seed, this::known);
        watched = WatchedFileSystem.watch(root, points);
    }

    private Known known() {
        try {
            return new Known(committed, acknowledged, RecordOfShutdown.isTrue(db));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A database with a few transactions, as it was before there was an engine. */
    void create(int transactions) throws SQLException {
        try (Connection connection = Sql.connect(db)) {
            Commits.create(connection);
            for (int number = 1; number <= transactions; number++) {
                Commits.run(connection, number);
            }
        }
        committed = transactions;
    }

    /** Goes on where a crash has left this folder. */
    void continueFrom(CrashPoint<Known> crash) {
        committed = crash.known().committed();
        acknowledged = crash.known().acknowledged();
    }

    void wrapClient(UnaryOperator<ReplicaClient> wrapper) {
        wrap = wrapper;
    }

    void settings(ReplicaSettings value) {
        replicaSettings = value;
    }

    /** As an application starts: the engine opens first. */
    void start() throws SQLException {
        start(Clock.systemUTC());
    }

    void start(Clock clock) throws SQLException {
        ReplicaClient client = wrap.apply(new FileReplicaClient(watched.resolve("replica")));
        engine = engine(watched.resolve("data").resolve("app.db"), client, replicaSettings, clock);
        engine.open();
        engine.start();
        app = connect(db);
    }

    static ReplicatedDatabase engine(Path database, ReplicaClient client, ReplicaSettings settings, Clock clock) {
        return ReplicatedDatabase.builder(database)
                .replica(new Replica("file", client), settings)
                .settings(ReplicationSettings.builder()
                        .monitorInterval(Duration.ofMillis(200))
                        .minCheckpointPageCount(1_000)
                        .shutdownTimeout(Duration.ofSeconds(10))
                        .build())
                .clock(clock)
                .build();
    }

    /** What SQLite says is committed survives a power failure. */
    static Connection connect(Path database) throws SQLException {
        Connection connection = Sql.connect(database);
        Sql.run(connection, "pragma synchronous=full");
        return connection;
    }

    ReplicatedDatabase engine() {
        return engine;
    }

    Connection app() {
        return app;
    }

    int committed() {
        return committed;
    }

    /** Commits transactions. */
    void commit(int transactions) throws Exception {
        for (int i = 0; i < transactions; i++) {
            commit(app);
        }
    }

    void commit(Connection connection) throws Exception {
        Sql.run(connection, "begin immediate");
        Commits.run(connection, committed + 1);
        points.atomically(() -> {
            Sql.run(connection, "commit");
            Files.deleteIfExists(keptWal()); // a WAL of today is durable under its name
            return ++committed;
        });
    }

    /** Waits until the replica has what is committed. */
    void acknowledge() throws Exception {
        int number = committed;
        Position position = engine.sync();
        assertThat(engine.awaitReplicated(position, LIMIT)).isTrue();
        points.atomically(() -> acknowledged = Math.max(acknowledged, number));
    }

    /** Files of the shadow WAL, of all generations. */
    long shadowFiles() throws IOException {
        try (Stream<Path> files = Files.walk(Restores.meta(db))) {
            return files.filter(file -> file.toString().endsWith(".wal")).count();
        }
    }

    void seal() throws InterruptedException {
        assertThat(engine.seal(LIMIT)).isTrue();
    }

    void snapshot() throws InterruptedException {
        assertThat(engine.snapshot(LIMIT)).isTrue();
    }

    private Path keptWal() {
        return root.resolve("kept").resolve("app.db-wal");
    }

    /**
     * As an application ends: its connections close first, and the last one deletes the WAL. That it did need not be durable,
     * so the WAL is kept by another name for {@link CrashedWorld}.
     */
    void stop() throws SQLException, IOException {
        Path wal = Path.of(db + "-wal");
        if (Files.exists(wal)) {
            Files.createDirectories(keptWal().getParent());
            Files.deleteIfExists(keptWal());
            Files.createLink(keptWal(), wal);
        }
        if (app != null) {
            app.close();
            app = null;
        }
        if (engine != null) {
            engine.close();
            engine = null;
        }
    }

    @Override
    public void close() throws SQLException, IOException {
        stop();
    }
}
