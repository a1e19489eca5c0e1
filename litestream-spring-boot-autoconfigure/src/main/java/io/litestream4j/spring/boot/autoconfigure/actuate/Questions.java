package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.LitestreamException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks storages for a limited time and on a few threads of its own: one that hangs keeps neither a request nor the other
 * storages waiting. Those who ask the same at the same time share one answer, because questions cost money. Thread-safe.
 */
final class Questions implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int WAITING = 64;

    /** Of questions that differ: a storage that hangs must not take all threads. */
    private static final int QUESTIONS_PER_SUBJECT = 2;

    private final Duration patience;
    private final Map<Question, CompletableFuture<?>> underWay = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), Questions::thread);

    /** @param patience how long an answer is waited for */
    Questions(Duration patience) {
        this.patience = patience;
        threads.allowCoreThreadTimeOut(true);
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

    /** What is asked of whom. */
    private record Question(Object subject, List<?> key) {}

    /**
     * Asks, and doesn't wait.
     *
     * @param subject who is asked: a replica, or several
     * @param key what is asked; what has an equal subject and key is the same question
     */
    <T> Future<T> ask(Object subject, List<?> key, Callable<T> question) {
        Question asked = new Question(subject, key);
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<?> earlier = underWay.putIfAbsent(asked, mine);
        if (earlier != null) {
            @SuppressWarnings("unchecked") // the same question has the same kind of answer
            Future<T> same = (Future<T>) earlier;
            return same;
        }
        try {
            requireFewAsked(subject);
            threads.execute(() -> answer(asked, question, mine));
        } catch (RejectedExecutionException | LitestreamException e) {
            underWay.remove(asked, mine);
            mine.completeExceptionally(new LitestreamException(
                    "busy with earlier questions that are not answered yet, ask again later", e));
        }
        return mine;
    }

    private void requireFewAsked(Object subject) {
        long asked = underWay.keySet().stream()
                .filter(question -> question.subject.equals(subject))
                .count();
        if (asked > QUESTIONS_PER_SUBJECT) {
            throw new LitestreamException(asked + " questions are under way");
        }
    }

    @SuppressWarnings("CatchingUnchecked")
    private <T> void answer(Question asked, Callable<T> question, CompletableFuture<T> answer) {
        try {
            answer.complete(question.call());
        } catch (Exception e) {
            answer.completeExceptionally(e);
        } finally {
            underWay.remove(asked, answer);
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
