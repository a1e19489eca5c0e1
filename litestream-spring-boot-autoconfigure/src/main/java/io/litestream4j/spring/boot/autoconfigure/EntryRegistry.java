package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which databases there are, and whether they are to be replicated. A database that is being made ready, or being ended,
 * has its name, file and replicas reserved, and nobody sees it.
 */
final class EntryRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(EntryRegistry.class);

    private final Map<String, DatabaseSetup> reserved = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    /** Reserved, and to be published when they are restored. */
    private final Set<String> prepared = ConcurrentHashMap.newKeySet();

    private boolean started;
    private boolean stopped;
    private boolean closed;
    private volatile List<Entry> published = List.of();

    /** Is told of databases that come and go while the application runs. */
    interface Listener {

        void added(Entry entry);

        void removed(Entry entry);
    }

    List<Entry> entries() {
        return published;
    }

    synchronized Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /** Tells of all that are there, and of each that comes or goes. */
    synchronized void listen(Listener listener) {
        listeners.add(listener);
        entries.values().forEach(entry -> tell(listener, each -> each.added(entry)));
    }

    /** Adds one that the configuration names. */
    synchronized void add(Entry entry) {
        reserved.put(entry.setup().name(), entry.setup());
        put(entry);
    }

    /** Keeps the name, the file and the replicas for a database that is being made ready. */
    synchronized void reserve(DatabaseSetup setup) {
        requireNotClosed();
        if (reserved.containsKey(setup.name())) {
            throw new LitestreamStartException(
                    "There is a database \"%s\" already.".formatted(setup.name()), "Give it another name.");
        }
        List<DatabaseSetup> all = new ArrayList<>(reserved.values());
        all.add(setup);
        SetupConflicts.check(all);
        reserved.put(setup.name(), setup);
        prepared.add(setup.name());
    }

    /** Asked without the lock, which is held while a database is started. */
    Set<String> underPreparation() {
        return Set.copyOf(prepared);
    }

    /** Shows a database that is ready, and replicates it if the others are, or were: only what was started is shipped. */
    synchronized void publish(Entry entry) {
        requireNotClosed();
        if (started || stopped) {
            entry.start();
        }
        put(entry);
        prepared.remove(entry.setup().name());
        tell(listener -> listener.added(entry));
    }

    /** Hides a database that is about to end; its name stays reserved. None when all of them end. */
    synchronized Optional<Entry> remove(String name) {
        Entry entry = closed ? null : entries.remove(name);
        if (entry != null) {
            published = List.copyOf(entries.values());
            tell(listener -> listener.removed(entry));
        }
        return Optional.ofNullable(entry);
    }

    /** Gives back what was reserved; not for one that is there. */
    synchronized void forget(String name) {
        if (!entries.containsKey(name)) {
            reserved.remove(name);
            prepared.remove(name);
            notifyAll();
        }
    }

    /** Waits until no database is being made ready or ended; the names of those that are when the time is over. */
    synchronized Set<String> awaitUnderWay(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (!underWay().isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return underWay();
    }

    private Set<String> underWay() {
        Set<String> names = new LinkedHashSet<>(reserved.keySet());
        names.removeAll(entries.keySet());
        return names;
    }

    synchronized void start() {
        entries.values().forEach(Entry::start);
        started = true;
    }

    /** From now on no database is started; returns those that are to be stopped. */
    synchronized List<Entry> stop() {
        boolean wereStarted = started;
        started = false;
        stopped |= wereStarted;
        return wereStarted ? published : List.of();
    }

    /** From now on no database comes; returns those that are to be closed, and nothing when called again. */
    synchronized Optional<List<Entry>> close() {
        boolean first = !closed;
        closed = true;
        started = false;
        return first ? Optional.of(published) : Optional.empty();
    }

    private void put(Entry entry) {
        entries.put(entry.setup().name(), entry);
        published = List.copyOf(entries.values());
    }

    private void tell(Consumer<Listener> event) {
        listeners.forEach(listener -> tell(listener, event));
    }

    /** Who shows databases must not keep one from being replicated. */
    private static void tell(Listener listener, Consumer<Listener> event) {
        try {
            event.accept(listener);
        } catch (RuntimeException e) {
            LOG.warn("Litestream: a watcher of databases threw", e);
        }
    }

    private void requireNotClosed() {
        if (closed) {
            throw new IllegalStateException("the application is ending, no database can be registered");
        }
    }
}
