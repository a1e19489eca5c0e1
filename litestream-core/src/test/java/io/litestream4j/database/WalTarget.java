package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.FuzzDriver;
import io.litestream4j.FuzzTarget;
import io.litestream4j.wal.FrameChain;
import io.litestream4j.wal.TestWal;
import io.litestream4j.wal.WalChecksum;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

/**
 * Our reader of a WAL and SQLite's see the same: as many frames, and the same database after them. The first byte of the
 * input says whether checksums (1) and salts (2) are made right, so that changes get behind them.
 */
public final class WalTarget implements FuzzTarget {

    private static final int PAGE = 512;
    private static final int FRAME = WalFrameHeader.SIZE + PAGE;

    private final Path file;
    private final byte[] database;
    private final byte[] wal;

    public WalTarget() throws IOException, SQLException {
        Path folder = FuzzDriver.folder();
        file = folder.resolve("copy.db");
        Path original = folder.resolve("app.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + original);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma page_size=512");
            statement.execute("pragma journal_mode=wal");
            statement.execute("create table t(x)");
            statement.execute("pragma wal_checkpoint(truncate)");
            database = Files.readAllBytes(original);
            statement.execute("insert into t values(1)");
            statement.execute("insert into t values(randomblob(600)),(zeroblob(300))");
            statement.execute("delete from t");
            wal = Files.readAllBytes(Path.of(original + "-wal"));
        }
    }

    @Override
    public void accept(byte[] input) throws IOException {
        if (input.length < 1 + WalHeader.SIZE) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        mend(bytes, (input[0] & 1) != 0, (input[0] & 2) != 0);
        WalHeader header = WalHeader.parse(bytes);
        if (header != null && header.pageSize() != PAGE) {
            return; // another database's: refused elsewhere
        }
        Files.write(file, database);
        Files.write(Path.of(file + "-wal"), bytes);
        long end = header == null ? 0 : endOf(header, bytes);
        byte[] expected = apply(bytes, end);
        long frames;
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma synchronous=off");
            statement.execute("select count(*) from sqlite_schema");
            try (ResultSet row = statement.executeQuery("pragma wal_checkpoint(noop)")) {
                row.next();
                frames = row.getLong(2);
            }
            statement.execute("pragma wal_checkpoint(truncate)");
        } catch (SQLException e) {
            return; // SQLite refuses what the frames say of the database
        } finally {
            Files.deleteIfExists(Path.of(file + "-shm"));
        }
        assertThat(end == 0 ? 0 : (end - WalHeader.SIZE) / FRAME).isEqualTo(frames);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
    }

    private static long endOf(WalHeader header, byte[] bytes) throws IOException {
        FrameScan scan = new FrameScan(header, (buffer, position) -> {
            int count = (int) Math.max(0, Math.min(buffer.remaining(), bytes.length - position));
            buffer.put(bytes, (int) Math.min(position, bytes.length), count);
            return count;
        });
        return scan.run(WalHeader.SIZE, new FrameChain(header), (frames, offset) -> {})
                .end();
    }

    /** The database with the newest version of each page within its last size. */
    private byte[] apply(byte[] bytes, long end) {
        if (end <= WalHeader.SIZE) {
            return database;
        }
        long size = Integer.toUnsignedLong(
                        WalFrameHeader.parse(bytes, (int) end - FRAME).commitSize())
                * PAGE;
        byte[] applied = Arrays.copyOf(database, (int) Math.min(size, 1 << 20));
        for (int at = WalHeader.SIZE; at < end; at += FRAME) {
            long to = (Integer.toUnsignedLong(WalFrameHeader.parse(bytes, at).pageNumber()) - 1) * PAGE;
            if (to < applied.length) {
                System.arraycopy(bytes, at + WalFrameHeader.SIZE, applied, (int) to, PAGE);
            }
        }
        return applied;
    }

    private static void mend(byte[] bytes, boolean checksums, boolean salts) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (checksums) {
            WalChecksum checksum = new WalChecksum((bytes[3] & 1) != 0, 0, 0);
            checksum.update(bytes, 0, 24);
            buffer.putInt(24, checksum.first()).putInt(28, checksum.second());
            for (int at = WalHeader.SIZE; at + FRAME <= bytes.length; at += FRAME) {
                checksum.updateFrame(bytes, at, PAGE);
                buffer.putInt(at + 16, checksum.first()).putInt(at + 20, checksum.second());
            }
        }
        for (int at = WalHeader.SIZE; salts && at + FRAME <= bytes.length; at += FRAME) {
            System.arraycopy(bytes, 16, bytes, at + 8, 8);
        }
    }

    @Override
    public List<byte[]> seeds() {
        return List.of(
                seed(0, wal),
                seed(1, wal),
                seed(3, wal),
                seed(0, new TestWal(PAGE).transaction(2, 0).bytes()),
                seed(1, Arrays.copyOf(wal, wal.length - 100)));
    }

    private static byte[] seed(int mode, byte[] content) {
        byte[] seed = new byte[content.length + 1];
        seed[0] = (byte) mode;
        System.arraycopy(content, 0, seed, 1, content.length);
        return seed;
    }
}
