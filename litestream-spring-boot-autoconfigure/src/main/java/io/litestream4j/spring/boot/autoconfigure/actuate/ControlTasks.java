package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.LitestreamException;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.actuate.ControlReport.Task;
import io.litestream4j.spring.boot.autoconfigure.actuate.ControlReport.TaskStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what is asked for, on a few threads that end with the application. The same for the same database is done once
 * at a time: who asks for it meanwhile gets the same answer. Remembers the last of each. Thread-safe.
 */
final class ControlTasks implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlTasks.class);
    private static final int THREADS = 8;

    /** Beyond it even what goes on in the background is given up. */
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final Clock clock;
    private final Map<Key, Entry> last = new ConcurrentHashMap<>();
    private final ExecutorService threads =
            new ThreadPoolExecutor(0, THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), ControlTasks::thread);

    /** What is the same task. */
    private record Key(
            String database, ControlAction action, @Nullable String replica) {}

    /** A task and its end. */
    private record Entry(Task begun, CompletableFuture<Task> end) {

        Task now() {
            return end.getNow(begun);
        }
    }

    ControlTasks(Clock clock) {
        this.clock = clock;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "litestream-control");
        thread.setDaemon(true);
        return thread;
    }

    /** The last of each, the newest first; only of databases that are there. */
    List<Task> tasks(Set<String> databases) {
        last.keySet().removeIf(key -> !databases.contains(key.database()));
        return last.values().stream()
                .map(Entry::now)
                .sorted(Comparator.comparing(Task::beganAt).reversed())
                .toList();
    }

    /** Begins a task, or joins the one that is under way, and waits for its end, at most for the time. */
    Task run(DatabaseView database, ControlAction action, @Nullable String replica, Duration timeout) {
        Entry entry = begin(database, action, replica);
        try {
            return entry.end().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return entry.now();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return entry.now();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a task ends with a result", e);
        }
    }

    private synchronized Entry begin(DatabaseView database, ControlAction action, @Nullable String replica) {
        Key key = new Key(database.name(), action, replica);
        Entry running = last.get(key);
        if (running != null && !running.end().isDone()) {
            return running;
        }
        Task begun = new Task(
                database.name(),
                action.id(),
                replica,
                TaskStatus.RUNNING,
                clock.instant(),
                null,
                null,
                null,
                null,
                null,
                "GET litestreamcontrol, tasks");
        Entry entry = new Entry(begun, new CompletableFuture<>());
        try {
            threads.execute(() -> entry.end().complete(carryOut(database, action, begun)));
        } catch (RejectedExecutionException e) {
            return new Entry(
                    begun,
                    CompletableFuture.completedFuture(
                            ended(begun, null, "%d tasks are under way already, ask again later".formatted(THREADS))));
        }
        last.put(key, entry);
        return entry;
    }

    /** Whatever happens, who waits gets an end. */
    private Task carryOut(DatabaseView database, ControlAction action, Task begun) {
        LOG.info("Litestream: {}: {} was asked for", database.name(), action.id());
        try {
            return ended(begun, new ControlWork(database, LIMIT).run(action, begun.replica()), null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ended(begun, null, "the application ends");
        } catch (LitestreamException | IllegalStateException e) {
            return ended(begun, null, publicText(database, e.getMessage()));
        } catch (Throwable e) {
            LOG.warn("Litestream: {}: {}", database.name(), action.id(), e);
            return ended(begun, null, publicText(database, e.toString()));
        }
    }

    private static String publicText(DatabaseView database, @Nullable String text) {
        return Objects.requireNonNullElse(database.publicText(text), "it went wrong, see the log");
    }

    private Task ended(Task begun, ControlWork.@Nullable Result result, @Nullable String error) {
        Optional<ControlWork.Result> done = Optional.ofNullable(result);
        return new Task(
                begun.database(),
                begun.action(),
                begun.replica(),
                result == null ? TaskStatus.FAILED : TaskStatus.DONE,
                begun.beganAt(),
                Duration.between(begun.beganAt(), clock.instant()),
                error,
                done.map(ControlWork.Result::position).orElse(null),
                done.map(ControlWork.Result::validations).orElse(null),
                done.map(ControlWork.Result::retentions).orElse(null),
                null);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
