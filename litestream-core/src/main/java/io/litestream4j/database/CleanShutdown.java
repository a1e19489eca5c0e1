package io.litestream4j.database;

import io.litestream4j.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leaves the record of a clean shutdown, if what it says is sure to stay true. */
final class CleanShutdown {

    private static final Logger LOG = LoggerFactory.getLogger(CleanShutdown.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final MetaDirectory meta;
    private final Path database;
    private final LiveWal wal;
    private final Clock clock;

    /** Looks whether the index is still sealed. */
    @FunctionalInterface
    interface SealCheck {
        boolean stillSealed() throws IOException, SQLException;
    }

    CleanShutdown(MetaDirectory meta, Path database, LiveWal wal, Clock clock) {
        this.meta = meta;
        this.database = database;
        this.wal = wal;
        this.clock = clock;
    }

    /** Writes the record, under the pin; false when the next start has to begin a generation. */
    boolean record(Position position, SealCheck check) {
        try {
            FileIdentity identity = settledIdentity();
            if (identity == null || !check.stillSealed()) {
                return false;
            }
            new ShutdownRecord(position, identity).write(meta);
            return true;
        } catch (IOException | SQLException e) {
            LOG.warn("{}: the next start will take a snapshot: {}", database, e.toString());
            return false;
        }
    }

    private @org.jspecify.annotations.Nullable FileIdentity settledIdentity() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        FileIdentity identity = FileIdentity.of(database);
        while (identity != null && !identity.isSettledAt(clock.instant())) {
            if (System.nanoTime() > deadline) {
                return null;
            }
            LockSupport.parkNanos(5_000_000);
            identity = FileIdentity.of(database);
        }
        return identity;
    }

    /** After the connections have closed: a WAL that is still there has another user, who may write any time. */
    void withdrawIfConnected() {
        try {
            if (FileIdentity.sizeOf(wal.path()) >= 0) {
                ShutdownRecord.delete(meta);
            }
        } catch (IOException e) {
            LOG.warn("{}: {}", database, e.toString());
        }
    }
}
