package io.litestream4j.replica.s3;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The buffers of one upload: a fixed number, each made when it is first needed. One thread takes, any gives back. */
final class PartBuffers {

    /** One is filled while the others are sent. */
    static final int COUNT = 3;

    private final BlockingQueue<PartBuffer> free = new LinkedBlockingQueue<>();

    /** The first part was collected before there was an upload. */
    private int made = 1;

    /** An empty buffer; null when none was given back within a second. */
    @Nullable
    PartBuffer take() throws InterruptedException {
        PartBuffer buffer = free.poll();
        if (buffer == null && made < COUNT) {
            made++;
            return new PartBuffer();
        }
        return buffer != null ? buffer : free.poll(1, TimeUnit.SECONDS);
    }

    void giveBack(PartBuffer buffer) {
        buffer.clear();
        free.add(buffer);
    }
}
