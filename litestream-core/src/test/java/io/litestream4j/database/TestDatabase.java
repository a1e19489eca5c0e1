package io.litestream4j.database;

import io.litestream4j.Generation;
import io.litestream4j.wal.WalChecksum;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A live database as an application uses it, and our engine on it. The database's bytes are read by its one channel only. */
public final class TestDatabase implements AutoCloseable {

    public static final Duration PAUSE = Duration.ofMillis(100);

    private static final Duration BUSY_TIMEOUT = Duration.ofMillis(200);

    private final Path folder;
    private final Path path;
    private final List<Connection> connections = new ArrayList<>();
    private final List<SourceDatabase> sources = new ArrayList<>();

    /** In a folder that need not exist. */
    public TestDatabase(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.path = folder.resolve("app.db");
    }

    /** A database with one table and one row, connected to nobody. */
    public static TestDatabase create(Path folder) throws Exception {
        TestDatabase database = new TestDatabase(folder);
        try (Connection connection = database.connect()) {
            run(connection, "create table t(id integer primary key, x)", "insert into t(x) values('first')");
        }
        return database;
    }

    public Path path() {
        return path;
    }

    public Path wal() {
        return Path.of(path + "-wal");
    }

    public Path metaPath() {
        return MetaDirectory.defaultPath(path);
    }

    MetaDirectory meta() {
        return new MetaDirectory(metaPath());
    }

    /** A connection of the application. */
    public Connection connect() throws SQLException {
        Connection connection =
                DriverManager.getConnection("jdbc:sqlite:" + path + "?journal_mode=WAL&busy_timeout=2000");
        connections.add(connection);
        return connection;
    }

    SourceDatabaseOpener opener() {
        return new SourceDatabaseOpener(path, null, BUSY_TIMEOUT);
    }

    /** The engine's view; a generation goes on, or not. */
    public SourceDatabase open() throws Exception {
        SourceDatabase source = opener().open();
        if (source == null) {
            throw new IllegalStateException("somebody else replicates " + path);
        }
        sources.add(source);
        return source;
    }

    /** The engine's view, with a generation that has begun if none goes on. */
    public SourceDatabase openAndBegin() throws Exception {
        SourceDatabase source = open();
        if (source.position() == null && !source.beginGeneration(PAUSE, true)) {
            throw new IllegalStateException("no generation could begin");
        }
        return source;
    }

    public static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    public static void insert(Connection connection, int rows) throws SQLException {
        for (int i = 0; i < rows; i++) {
            run(connection, "insert into t(x) values('row " + i + "')");
        }
    }

    /** One transaction that touches many pages. */
    public static void insertPages(Connection connection, int pages) throws SQLException {
        run(
                connection,
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < " + pages
                        + ") insert into t(x) select randomblob(3500) from n");
    }

    public static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** What {@code pragma wal_checkpoint} answers: busy, frames, backfilled. */
    static List<Long> checkpoint(Connection connection, String mode) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("pragma wal_checkpoint(" + mode + ")")) {
            row.next();
            return List.of(row.getLong(1), row.getLong(2), row.getLong(3));
        }
    }

    /** All rows, as text. */
    public static List<String> rows(Connection connection) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select id, typeof(x), hex(x) from t order by id")) {
            while (row.next()) {
                rows.add(row.getLong(1) + " " + row.getString(2) + " " + row.getString(3));
            }
        }
        return rows;
    }

    /** All rows of a database file that nobody uses, once SQLite has found it intact. */
    public static List<String> rowsOf(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet check = statement.executeQuery("pragma integrity_check")) {
            check.next();
            if (!check.getString(1).equals("ok")) {
                throw new AssertionError(file + ": " + check.getString(1));
            }
            return rows(connection);
        }
    }

    /** The bytes of the database's file as they are now. */
    byte[] fileBytes() throws IOException {
        DatabaseFile file = DatabaseFile.acquire(path);
        try {
            byte[] bytes = new byte[Math.toIntExact(file.size())];
            file.read(ByteBuffer.wrap(bytes), 0);
            return bytes;
        } finally {
            file.release();
        }
    }

    byte[] walBytes() throws IOException {
        return Files.readAllBytes(wal());
    }

    /**
     * Writes frames to the WAL that SQLite doesn't count, as a commit does that goes wrong after they were written: the
     * last one, again and again, each of them a valid commit.
     *
     * @param end offset behind the last frame that counts
     */
    public void writeUncountedFrames(long end, int frames) throws IOException {
        byte[] bytes = walBytes();
        WalHeader header = WalHeader.parse(bytes);
        byte[] frame = Arrays.copyOfRange(bytes, (int) end - header.frameSize(), (int) end);
        WalFrameHeader last = WalFrameHeader.parse(frame, 0);
        WalChecksum checksum = new WalChecksum(header.bigEndianChecksums(), last.checksum1(), last.checksum2());
        ByteBuffer written = ByteBuffer.allocate(frames * frame.length);
        while (written.hasRemaining()) {
            checksum.updateFrame(frame, 0, header.pageSize());
            ByteBuffer.wrap(frame).putInt(16, checksum.first()).putInt(20, checksum.second());
            written.put(frame);
        }
        try (FileChannel channel = FileChannel.open(wal(), StandardOpenOption.WRITE)) {
            Channels.writeFully(channel, written.flip(), end);
        }
    }

    /** As after a crash, but of a Litestream that had begun the generation under that name. */
    public TestDatabase afterCrashOfLitestream(Generation generation) throws IOException {
        Generation ours = meta().readGeneration();
        TestDatabase crashed = afterCrash();
        Path generations = crashed.metaPath().resolve("generations");
        Files.move(generations.resolve(ours.name()), generations.resolve(generation.name()));
        crashed.meta().writeGeneration(generation);
        return crashed;
    }

    /** Another database in the state in which this one would be after a crash now. */
    public TestDatabase afterCrash() throws IOException {
        TestDatabase crashed = new TestDatabase(folder.resolveSibling(folder.getFileName() + "-crashed"));
        Files.write(crashed.path, fileBytes());
        if (Files.exists(wal())) {
            Files.write(crashed.wal(), walBytes());
        }
        copyFolder(metaPath(), crashed.metaPath());
        return crashed;
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Path copy = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else if (!path.endsWith("lock")) {
                    Files.copy(path, copy);
                }
            }
        }
    }

    /** The application's connections end, then the engine: as at the end of a run. */
    public void shutDown() throws SQLException {
        for (Connection connection : connections) {
            connection.close();
        }
        connections.clear();
        sources.forEach(SourceDatabase::close);
        sources.clear();
    }

    @Override
    public void close() throws SQLException {
        shutDown();
    }
}
