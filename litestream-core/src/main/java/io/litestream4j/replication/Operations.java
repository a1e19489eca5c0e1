package io.litestream4j.replication;

import io.litestream4j.replication.OperationListener.Ending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the operations on one database, tells listeners of them, and knows which are under way. Thread-safe. */
public final class Operations {

    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

    private final String database;
    private final List<OperationListener> listeners;
    private final Clock clock;
    private final Map<Object, Operation> running = new ConcurrentHashMap<>();
    private final Set<OperationListener> failed = ConcurrentHashMap.newKeySet();

    /** @param database the database's name */
    public Operations(String database, List<? extends OperationListener> listeners, Clock clock) {
        this.database = database;
        this.listeners = List.copyOf(listeners);
        this.clock = clock;
    }

    /**
     * Work that may end with the exceptions of files, and others.
     *
     * @param <T> what it yields
     * @param <E> what else it may end with
     */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, E extends Exception> {

        /** Does it. */
        T run(Report report) throws IOException, E;
    }

    /** What the work tells of itself. */
    public static final class Report {

        private long bytes;
        private long storedBytes;
        private @Nullable Throwable error;

        private Report() {}

        /** Sets the bytes of WAL or database. */
        public void bytes(long value) {
            bytes = value;
        }

        /** It went wrong, although it doesn't throw. */
        public void failed(@Nullable Throwable value) {
            error = value;
        }

        /** Sets the bytes of the stored object. */
        public void storedBytes(long value) {
            storedBytes = value;
        }
    }

    /**
     * Runs an operation on this thread.
     *
     * @param replica the replica's name; null for work on the local disk
     */
    public <T extends @Nullable Object, E extends Exception> T run(
            Operation.Kind kind, @Nullable String replica, Work<T, E> work) throws IOException, E {
        Operation operation = new Operation(kind, database, replica, clock.instant());
        Object key = new Object();
        running.put(key, operation);
        List<Ending> endings = begin(operation);
        long began = System.nanoTime();
        Report report = new Report();
        try {
            return work.run(report);
        } catch (Throwable e) {
            report.failed(e);
            throw e;
        } finally {
            running.remove(key);
            Duration duration = Duration.ofNanos(System.nanoTime() - began);
            end(endings, new OperationResult(duration, report.bytes, report.storedBytes, report.error));
        }
    }

    /** As {@link #run} for work that throws neither. */
    <T extends @Nullable Object> T apply(Operation.Kind kind, @Nullable String replica, Function<Report, T> work) {
        try {
            return this.<T, RuntimeException>run(kind, replica, work::apply);
        } catch (IOException e) {
            throw new UncheckedIOException("work that doesn't throw it", e);
        }
    }

    /** Those that are under way on the local disk, the oldest first. */
    public List<Operation> running() {
        return runningFor(null);
    }

    /** Those that are under way for a replica, the oldest first. */
    List<Operation> running(String replica) {
        return runningFor(replica);
    }

    private List<Operation> runningFor(@Nullable String replica) {
        return running.values().stream()
                .filter(operation -> Objects.equals(operation.replica(), replica))
                .sorted(Comparator.comparing(Operation::since))
                .toList();
    }

    /** A listener is of the application's: whatever it throws must not end the engine's work. */
    private List<Ending> begin(Operation operation) {
        List<Ending> endings = new ArrayList<>(listeners.size());
        for (OperationListener listener : listeners) {
            try {
                Ending ending = Objects.requireNonNull(listener.began(operation), "a listener returned null");
                endings.add(result -> end(listener, ending, result));
            } catch (Throwable e) {
                threw(listener, e);
            }
        }
        return endings;
    }

    /** In reverse, so that what one listener opened inside of another's is closed inside of it. */
    private static void end(List<Ending> endings, OperationResult result) {
        for (int i = endings.size() - 1; i >= 0; i--) {
            endings.get(i).ended(result);
        }
    }

    private void end(OperationListener listener, Ending ending, OperationResult result) {
        try {
            ending.ended(result);
        } catch (Throwable e) {
            threw(listener, e);
        }
    }

    /** Once: there may be a thousand operations in a second. */
    private void threw(OperationListener listener, Throwable e) {
        if (failed.add(listener)) {
            LOG.warn("{}: a listener threw; further exceptions of it are not logged", database, e);
        }
    }
}
