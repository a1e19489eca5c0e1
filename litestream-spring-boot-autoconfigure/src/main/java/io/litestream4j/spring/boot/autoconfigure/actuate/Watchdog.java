package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import io.litestream4j.spring.boot.autoconfigure.actuate.Verdict.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Says once in the log when a database is not replicated as it should be, and once when it is again: also when the engine
 * hangs, and nobody asks for the health. Asks no replica.
 */
final class Watchdog implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(15);

    private final LitestreamDatabases databases;
    private final Assessment assessment;
    private final Duration interval;
    private final Map<String, Level> said = new HashMap<>();
    private @Nullable ScheduledExecutorService timer;

    /** @param maxLag how late a replica may be; it is looked at several times in that */
    Watchdog(LitestreamDatabases databases, Assessment assessment, Duration maxLag) {
        this.databases = databases;
        this.assessment = assessment;
        this.interval = interval(maxLag);
    }

    private static Duration interval(Duration maxLag) {
        Duration part = maxLag.dividedBy(4);
        Duration atLeast = part.compareTo(SHORTEST) < 0 ? SHORTEST : part;
        return atLeast.compareTo(LONGEST) > 0 ? LONGEST : atLeast;
    }

    @Override
    public synchronized void start() {
        if (timer == null) {
            timer = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "litestream-watchdog");
                thread.setDaemon(true);
                return thread;
            });
            Future<?> ignored = timer.scheduleWithFixedDelay(
                    this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public synchronized void stop() {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return timer != null;
    }

    /** A task that throws would not be repeated. */
    private void look() {
        try {
            List<DatabaseView> views = databases.views();
            Set<String> names = new HashSet<>();
            for (DatabaseView view : views) {
                names.add(view.name());
                say(view.name(), assessment.of(view.database().status()));
            }
            said.keySet().retainAll(names);
        } catch (Throwable e) {
            LOG.warn("Litestream: the state of replication can't be looked at", e);
        }
    }

    private void say(String name, Verdict verdict) {
        Level level = verdict.level();
        Level before = said.put(name, level);
        if (level == before) {
            return;
        }
        if (level.compareTo(Level.DEGRADED) >= 0) {
            LOG.warn("Litestream: {} is {}: {}", name, level, String.join("; ", verdict.reasons()));
        } else if (before != null && before.compareTo(Level.DEGRADED) >= 0) {
            LOG.info("Litestream: {} is {} again", name, level);
        }
    }
}
