package io.litestream4j.replica.s3;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Gives up a body that drips: each byte comes in time, and the whole never. Only the time spent on waiting for the store
 * counts. Used by one thread.
 */
final class ReadingSpeed {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LEAST_BYTES_PER_SECOND = 1024;

    private long nanos;
    private long bytes;

    /**
     * Notes what one read gave.
     *
     * @param count bytes; less than 1 at the end
     * @param duration nanoseconds that it took
     */
    void read(int count, long duration) throws IOException {
        nanos += duration;
        bytes += Math.max(0, count);
        if (nanos > PATIENCE_NANOS) {
            if (count > 0 && bytes < LEAST_BYTES_PER_SECOND * TimeUnit.NANOSECONDS.toSeconds(nanos)) {
                throw new IOException(
                        "the store sends less than %d bytes in a second".formatted(LEAST_BYTES_PER_SECOND));
            }
            nanos = 0;
            bytes = 0;
        }
    }
}
