package io.litestream4j.replication;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes the bytes of a snapshot on, and says every ten seconds how far it is. */
final class SnapshotProgress extends FilterOutputStream {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotProgress.class);
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String what;
    private final long total;
    private final Runnable moved;
    private final long started = System.nanoTime();
    private long nextReport = started + INTERVAL_NANOS;
    private long written;

    /** @param moved told whenever the storage has taken some */
    SnapshotProgress(OutputStream out, String what, long total, Runnable moved) {
        super(out);
        this.moved = moved;
        this.what = what;
        this.total = total;
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        count(1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        count(length);
    }

    private void count(int length) {
        written += length;
        moved.run();
        long now = System.nanoTime();
        if (now - nextReport >= 0) {
            nextReport = now + INTERVAL_NANOS;
            double seconds = (now - started) / 1e9;
            double rate = written / seconds;
            LOG.info(
                    "{}: {} % of {} MB, {} MB/s, {} left",
                    what,
                    written * 100 / Math.max(1, total),
                    total / 1_000_000,
                    Math.round(rate / 1e6),
                    Duration.ofSeconds((long) ((total - written) / rate)));
        }
    }
}
