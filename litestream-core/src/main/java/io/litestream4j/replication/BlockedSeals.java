package io.litestream4j.replication;

import io.litestream4j.database.SealOutcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a transaction of the application keeps the WAL from being sealed, so that it grows, and says so once
 * until it is sealed again. SQLite doesn't tell who holds a transaction, only that somebody does. Thread-safe.
 */
final class BlockedSeals {

    private static final Logger LOG = LoggerFactory.getLogger(BlockedSeals.class);

    private final String name;
    private final int maxCheckpointPageCount;
    private @Nullable Instant since;
    private boolean warned;

    BlockedSeals(String name, int maxCheckpointPageCount) {
        this.name = name;
        this.maxCheckpointPageCount = maxCheckpointPageCount;
    }

    /** Since when no attempt has come through; null when the last one has. */
    synchronized @Nullable Instant since() {
        return since;
    }

    /**
     * An attempt has ended.
     *
     * @param frames frames in the WAL
     * @param walSize bytes of the WAL
     */
    synchronized void tried(SealOutcome.Result result, long frames, long walSize, Instant now) {
        switch (result) {
            case SEALED -> sealed(now);
            case BLOCKED_BY_READER -> blocked("read", frames, walSize, now);
            case LOCKED_BY_WRITER -> blocked("write", frames, walSize, now);
            case NOTHING_TO_SEAL, SNAPSHOT_IN_PROGRESS -> {
                // says nothing about transactions of the application
            }
        }
    }

    private void sealed(Instant now) {
        if (warned && since != null) {
            LOG.info(
                    "{}: the WAL is sealed again, after {} s: the transaction that was in the way has ended",
                    name,
                    Duration.between(since, now).toSeconds());
        }
        since = null;
        warned = false;
    }

    private void blocked(String kind, long frames, long walSize, Instant now) {
        if (since == null) {
            since = now;
        }
        if (!warned && frames >= maxCheckpointPageCount) {
            warned = true;
            LOG.warn(
                    "{}: the WAL can't be sealed and has grown to {} bytes ({} pages, max-checkpoint-page-count is {}):"
                            + " a {} transaction has been open for {} s or longer, in this application or in another"
                            + " process that has the file open. Look for a connection that isn't given back to the pool,"
                            + " a ResultSet that isn't closed, or a long report or export; end it, and the WAL is sealed"
                            + " by itself. Nothing is lost meanwhile, but the disk fills",
                    name,
                    walSize,
                    frames,
                    maxCheckpointPageCount,
                    kind,
                    Duration.between(since, now).toSeconds());
        }
    }
}
