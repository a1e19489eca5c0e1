package io.litestream4j.restore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Fetches objects ahead of their use, several at once, in a fixed amount of memory: small objects wait as arrays until
 * it is their turn, large ones are streamed when it is. Used by one thread.
 */
final class ObjectFetcher implements AutoCloseable {

    /** Compressed bytes that may be in memory or on their way. */
    private static final int BUDGET = 16 << 20;

    /** An object of more bytes is streamed. */
    private static final int LARGEST_IN_MEMORY = BUDGET / 4;

    private final Deque<StoredObject> waiting;
    private final Deque<Fetch> underway = new ArrayDeque<>();
    private final int parallelism;
    private final Retries retries;
    private final ExecutorService threads;
    private long bytesUnderway;

    ObjectFetcher(List<StoredObject> objects, int parallelism, Retries retries) {
        this.waiting = new ArrayDeque<>(objects);
        this.parallelism = parallelism;
        this.retries = retries;
        this.threads = Executors.newFixedThreadPool(parallelism, task -> {
            Thread thread = new Thread(task, "litestream-restore");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The bytes of the next object, in the order of the list. */
    InputStream next() throws IOException {
        fetchAhead();
        Fetch fetch = underway.removeFirst();
        bytesUnderway -= fetch.bytes();
        if (fetch.content == null) {
            return again(fetch.object);
        }
        byte[] content = get(fetch.content);
        fetchAhead();
        return new ByteArrayInputStream(content);
    }

    /** The bytes of an object, fetched once more. */
    InputStream again(StoredObject object) {
        return new ResumingInputStream(object, retries);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void fetchAhead() {
        while (!waiting.isEmpty() && mayStart(waiting.getFirst())) {
            StoredObject object = waiting.removeFirst();
            Fetch fetch = new Fetch(object, inMemory(object) ? threads.submit(() -> readAll(object)) : null);
            underway.addLast(fetch);
            bytesUnderway += fetch.bytes();
        }
    }

    private boolean mayStart(StoredObject object) {
        long bytes = inMemory(object) ? object.size() : 0;
        return underway.isEmpty() || (underway.size() <= 2 * parallelism && bytesUnderway + bytes <= BUDGET);
    }

    private byte[] readAll(StoredObject object) throws IOException {
        try (InputStream in = again(object)) {
            byte[] content = in.readNBytes((int) object.size());
            if (in.read() >= 0 || content.length != object.size()) {
                throw object.damage("expected %d bytes, as listed".formatted(object.size()), null);
            }
            return content;
        }
    }

    private static boolean inMemory(StoredObject object) {
        return object.size() <= LARGEST_IN_MEMORY;
    }

    private static byte[] get(Future<byte[]> content) throws IOException {
        try {
            return content.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while fetching");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IOException(cause);
        }
    }

    /** An object that is fetched, or is to be streamed when its turn comes. */
    private record Fetch(StoredObject object, @Nullable Future<byte[]> content) {

        long bytes() {
            return content == null ? 0 : object.size();
        }
    }
}
