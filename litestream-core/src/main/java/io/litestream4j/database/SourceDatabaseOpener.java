package io.litestream4j.database;

import io.litestream4j.Generation;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Opens a database for replication, and proves whether the generation of the run before goes on.
 *
 * <p>It goes on when the live WAL is the one that the shadow copies, header and last frame, or when the clean-shutdown
 * record still describes the database's file and no WAL is beside it. A WAL with any other header proves nothing,
 * whatever its salts: what happened while nobody looked can't be known.
 */
public final class SourceDatabaseOpener {

    private final Path database;
    private final MetaDirectory meta;
    private final Duration busyTimeout;
    private final CheckpointMeter checkpoints = new CheckpointMeter();

    /**
     * @param database the database's file
     * @param metaPath folder of the local state; null for Litestream's default beside the database
     * @param busyTimeout how long a connection waits for a lock
     */
    public SourceDatabaseOpener(Path database, @Nullable Path metaPath, Duration busyTimeout) {
        this.database = database;
        this.meta = MetaDirectory.of(database, metaPath);
        this.busyTimeout = busyTimeout;
    }

    /** The folder of the local state. */
    public Path metaPath() {
        return meta.path();
    }

    /** The checkpoints that were made in everything that was opened here. */
    public CheckpointStatistics checkpoints() {
        return checkpoints.statistics();
    }

    /** Whether there is something to open: SQLite creates an empty file on the first connection. */
    public boolean databaseExists() throws IOException {
        return FileIdentity.sizeOf(database) > 0;
    }

    /**
     * Opens the database.
     *
     * @return null when another engine, of this or another process, replicates it
     */
    public @Nullable SourceDatabase open() throws IOException, SQLException {
        MetaLock lock = MetaLock.take(meta);
        if (lock == null) {
            return null;
        }
        SqliteSession session = null;
        LiveWal wal = new LiveWal(database);
        SourceDatabase opened = null;
        try {
            meta.clean();
            new Replacement(database, meta, busyTimeout, step -> {}).recover();
            ShutdownRecord record = ShutdownRecord.take(meta);
            boolean noWal = FileIdentity.sizeOf(wal.path()) <= 0;
            session = SqliteSession.open(database, busyTimeout, checkpoints);
            opened = new SourceDatabase(
                    database, meta, lock, session, wal, continuity(session, wal, noWal ? record : null));
            return opened;
        } finally {
            if (opened == null) {
                Closing.all(session, wal, lock);
            }
        }
    }

    /** With the WAL pinned, so that nothing that is compared here can be taken back. */
    private Continuity continuity(SqliteSession session, LiveWal wal, @Nullable ShutdownRecord record)
            throws IOException, SQLException {
        Generation generation = meta.readGeneration();
        if (generation == null) {
            return Continuity.broken("no generation exists");
        }
        ShadowWal shadow = ShadowWal.open(meta, generation);
        if (shadow == null) {
            return Continuity.broken("no shadow wal");
        }
        if (record != null
                && record.position().equals(shadow.position())
                && record.database().equals(FileIdentity.of(database))
                && wal.size() == 0) {
            return new Continuity(
                    new WalFollower(
                            session, wal, shadow, true, shadow.position().offset()),
                    "");
        }
        String reason = differenceOf(session, wal, shadow.current());
        if (reason.isEmpty()) {
            return new Continuity(new WalFollower(session, wal, shadow, false, WalFollower.UNKNOWN), "");
        }
        shadow.close();
        return Continuity.broken(reason);
    }

    private static String differenceOf(SqliteSession session, LiveWal wal, ShadowIndex newest)
            throws IOException, SQLException {
        WalHeader header = wal.readHeader();
        if (header == null) {
            return "no primary wal";
        }
        if (!header.equals(newest.header())) {
            return "wal header mismatch";
        }
        byte[] bytes = new byte[WalFrameHeader.SIZE];
        if (wal.size() < newest.end()
                || wal.read(ByteBuffer.wrap(bytes), newest.end() - header.frameSize()) < bytes.length) {
            return "wal truncated by another process";
        }
        if (!newest.endsWith(WalFrameHeader.parse(bytes, 0))) {
            return "wal overwritten by another process";
        }
        // A power failure can leave a hole before the last frame: SQLite's recovery stops there, and so does the WAL.
        return session.committedEnd(header) < newest.end() ? "wal has fewer committed frames than were copied" : "";
    }
}
