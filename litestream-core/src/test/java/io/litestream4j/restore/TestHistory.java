package io.litestream4j.restore;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;

/**
 * A database in WAL mode, written by SQLite, whose WAL is shipped to a file replica byte by byte. Each object is stored
 * one second after the one before it.
 */
final class TestHistory implements AutoCloseable {

    static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    Generation generation = Generation.parse("00000000000000a1");
    final Path root;
    final FileReplicaClient client;
    final Connection connection;
    private final Path folder;
    private final Path database;
    private boolean bigEndian;
    private int index;
    private long shipped;
    private Instant now = START;

    TestHistory(Path folder, int pageSize, String... setUp) throws IOException, SQLException {
        this.folder = folder;
        this.root = folder.resolve("replica");
        this.client = new FileReplicaClient(root);
        this.database = folder.resolve("app.db");
        this.connection = Sqlite.open(database);
        Sqlite.run(connection, "pragma page_size=" + pageSize);
        Sqlite.run(connection, setUp);
        Sqlite.run(
                connection,
                "pragma journal_mode=wal",
                "pragma wal_autocheckpoint=0",
                "create table item(id integer primary key, body blob)",
                "pragma wal_checkpoint(truncate)");
    }

    TestHistory withBigEndianChecksums() {
        bigEndian = true;
        return this;
    }

    TestHistory run(String... statements) throws SQLException {
        Sqlite.run(connection, statements);
        return this;
    }

    /** In a generation of ours, the name of which says that indexes end with marks. */
    TestHistory inAGenerationOfOurs() {
        generation = Generation.random();
        return this;
    }

    /** A transaction that adds rows. */
    TestHistory insert(int rows, int size) throws SQLException {
        return run(("with recursive n(i) as (select 1 union all select i+1 from n where i < %d)"
                        + " insert into item(body) select randomblob(%d) from n")
                .formatted(rows, size));
    }

    int index() {
        return index;
    }

    Instant now() {
        return now;
    }

    Replica replica() {
        return new Replica("file", client);
    }

    /** Stores the database file as the snapshot at this index. */
    TestHistory snapshot() throws IOException {
        byte[] file = Files.readAllBytes(database);
        client.writeSnapshot(generation, index, lz4(file));
        stamp(ReplicaPaths.snapshot(generation, index));
        return this;
    }

    /** Stores what the WAL has more than was stored, as one segment; returns its path. */
    Path ship() throws IOException {
        return ship(wal().length);
    }

    /** Stores what the WAL has more than was stored, if it has. */
    void shipNew() throws IOException {
        if (wal().length > shipped) {
            ship();
        }
    }

    /** Stores the WAL up to an offset. */
    Path ship(long end) throws IOException {
        byte[] bytes = Arrays.copyOfRange(wal(), (int) shipped, (int) end);
        Position position = new Position(generation, index, shipped);
        client.writeWalSegment(position, lz4(bytes));
        shipped = end;
        return stamp(ReplicaPaths.walSegment(position));
    }

    /** Ends the index with a mark. */
    TestHistory seal() throws IOException, SQLException {
        client.writeWalSegment(new Position(generation, index, shipped), out -> out.write(Lz4Frames.emptyFrame()));
        stamp(ReplicaPaths.walSegment(new Position(generation, index, shipped)));
        return sealWithoutMark();
    }

    /** Ends the index as Litestream does. */
    TestHistory sealWithoutMark() throws SQLException {
        run("pragma wal_checkpoint(truncate)");
        index++;
        shipped = 0;
        return this;
    }

    /** What SQLite committed to the WAL so far; perhaps with the other byte order of checksums. */
    byte[] wal() throws IOException {
        Path file = Path.of(database + "-wal");
        byte[] bytes = WalBytes.committed(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
        return bigEndian ? WalBytes.withBigEndianChecksums(bytes) : bytes;
    }

    /** What SQLite's own checkpoint makes of the database and the WAL as they are. */
    byte[] state() throws IOException, SQLException {
        return state(wal().length);
    }

    /** What SQLite's own checkpoint makes of the database and the WAL up to an offset. */
    byte[] state(long end) throws IOException, SQLException {
        Path copy = Files.createDirectories(folder.resolve("oracle")).resolve("copy.db");
        Files.write(copy, Files.readAllBytes(database));
        Files.write(Path.of(copy + "-wal"), Arrays.copyOf(wal(), (int) end));
        try (Connection oracle = Sqlite.open(copy)) {
            Sqlite.run(oracle, "pragma wal_checkpoint(truncate)");
        }
        byte[] bytes = Files.readAllBytes(copy);
        Files.deleteIfExists(Path.of(copy + "-wal"));
        Files.deleteIfExists(Path.of(copy + "-shm"));
        return bytes;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    static ObjectContent lz4(byte[] bytes) {
        return out -> {
            try (OutputStream compressed = Lz4Frames.compress(out)) {
                compressed.write(bytes);
            }
        };
    }

    private Path stamp(String object) throws IOException {
        now = now.plusSeconds(1);
        return Files.setLastModifiedTime(root.resolve(object), FileTime.from(now));
    }
}
