package io.litestream4j.restore;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the compressed bytes that were read, tells the listener, and logs every ten seconds. */
final class RestoreMeter {

    private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);
    private static final long LOG_INTERVAL = Duration.ofSeconds(10).toNanos();

    private final Path target;
    private final long total;
    private final RestoreProgress listener;
    private final LongSupplier nanoTime;
    private final long startedAt;
    private long loggedAt;
    private long done;

    RestoreMeter(Path target, long total, RestoreProgress listener, LongSupplier nanoTime) {
        this.target = target;
        this.total = total;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.startedAt = nanoTime.getAsLong();
        this.loggedAt = startedAt;
    }

    /** The same stream, counted. */
    InputStream count(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int value = super.read();
                add(value < 0 ? 0 : 1);
                return value;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = super.read(bytes, offset, length);
                add(Math.max(0, count));
                return count;
            }
        };
    }

    private void add(int bytes) {
        if (bytes == 0) {
            return;
        }
        done = Math.min(total, done + bytes); // what is read twice counts once
        listener.progressed(done, total);
        long now = nanoTime.getAsLong();
        if (now - loggedAt >= LOG_INTERVAL) {
            loggedAt = now;
            double seconds = (now - startedAt) / 1e9;
            double rate = done / seconds;
            LOG.info(
                    "restoring {}: {} % of {} compressed bytes, {} MB/s, about {} s left",
                    target,
                    100 * done / Math.max(1, total),
                    total,
                    "%.1f".formatted(rate / 1e6),
                    Math.round((total - done) / rate));
        }
    }
}
