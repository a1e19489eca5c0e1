package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.LitestreamException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks storages for a limited time and on a few threads of its own: one that hangs keeps neither a request nor the other
 * storages waiting. Those who ask the same at the same time share one answer, because questions cost money. Thread-safe.
 */
final class Questions implements AutoCloseable {

    private static final int THREADS = 8;

    private final Duration patience;
    private final Map<Object, CompletableFuture<?>> underWay = new ConcurrentHashMap<>();
    private final ExecutorService threads =
            new ThreadPoolExecutor(0, THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), Questions::thread);

    /** @param patience how long an answer is waited for */
    Questions(Duration patience) {
        this.patience = patience;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "litestream-questions");
        thread.setDaemon(true);
        return thread;
    }

    /** When the patience of who asks now is over, by {@link System#nanoTime}. */
    long deadline() {
        return System.nanoTime() + patience.toNanos();
    }

    /** Asks, and doesn't wait. What has an equal key is the same question. */
    <T> Future<T> ask(Object key, Callable<T> question) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<?> earlier = underWay.putIfAbsent(key, mine);
        if (earlier != null) {
            @SuppressWarnings("unchecked") // the same key is the same question
            Future<T> same = (Future<T>) earlier;
            return same;
        }
        try {
            threads.execute(() -> answer(key, question, mine));
        } catch (RejectedExecutionException e) {
            underWay.remove(key, mine);
            mine.completeExceptionally(new LitestreamException(
                    "%d storages are being asked already and don't answer, ask again later".formatted(THREADS), e));
        }
        return mine;
    }

    @SuppressWarnings("CatchingUnchecked")
    private <T> void answer(Object key, Callable<T> question, CompletableFuture<T> answer) {
        try {
            answer.complete(question.call());
        } catch (Exception e) {
            answer.completeExceptionally(e);
        } finally {
            underWay.remove(key, answer);
        }
    }

    /**
     * Waits for an answer.
     *
     * @throws LitestreamException what the question ended with, or that there was no answer in time
     */
    <T> T await(Future<T> answer, long deadline) {
        try {
            return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new LitestreamException("no answer within %d ms".formatted(patience.toMillis()), e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LitestreamException cause
                    ? cause
                    : new LitestreamException(String.valueOf(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LitestreamException("the request was interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
