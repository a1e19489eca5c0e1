package io.litestream4j.replication;

import io.litestream4j.database.SealOutcome;
import io.litestream4j.replication.ReplicationStatus.SealStatistics;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Counts seals and remembers how long writers had to wait. Thread-safe. */
final class SealLog {

    private static final int REMEMBERED = 1024;

    private final long[] lockNanos = new long[REMEMBERED];
    private long tried;
    private long done;
    private long maxLockNanos;

    synchronized void add(SealOutcome outcome) {
        boolean attempted = outcome.result() == SealOutcome.Result.SEALED
                || outcome.result() == SealOutcome.Result.BLOCKED_BY_READER
                || outcome.result() == SealOutcome.Result.LOCKED_BY_WRITER;
        if (!attempted) {
            return;
        }
        lockNanos[(int) (tried % REMEMBERED)] = outcome.lockNanos();
        tried++;
        maxLockNanos = Math.max(maxLockNanos, outcome.lockNanos());
        if (outcome.result() == SealOutcome.Result.SEALED) {
            done++;
        }
    }

    synchronized SealStatistics statistics(@Nullable Instant blockedSince) {
        long[] sorted = Arrays.copyOf(lockNanos, (int) Math.min(tried, REMEMBERED));
        Arrays.sort(sorted);
        long median = sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        return new SealStatistics(tried, done, median, maxLockNanos, blockedSince);
    }
}
