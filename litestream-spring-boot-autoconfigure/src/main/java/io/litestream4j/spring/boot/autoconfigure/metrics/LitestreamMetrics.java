package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.replica.Replica;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import io.litestream4j.spring.boot.autoconfigure.ReplicaLag;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Meters for each database and each replica, in every registry that it is bound to. Those of a database that is
 * unregistered are removed. They read the engine's memory and stat the database's files, nothing else. Thread-safe.
 */
final class LitestreamMetrics implements MeterBinder {

    private final LitestreamDatabases databases;
    private final EngineEventMeters engines;
    private final ReplicaLag lag;
    private final Clock clock;
    private final StorageTotals totals = new StorageTotals();
    private final Map<String, List<Replica>> known = new HashMap<>();
    private final Set<MeterRegistry> registries = Collections.newSetFromMap(new IdentityHashMap<>());

    LitestreamMetrics(LitestreamDatabases databases, EngineEventMeters engines, ReplicaLag lag, Clock clock) {
        this.databases = databases;
        this.engines = engines;
        this.lag = lag;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        if (isNew(registry)) {
            databases.watch(new Binding(registry));
        }
    }

    private synchronized boolean isNew(MeterRegistry registry) {
        return registries.add(registry);
    }

    private synchronized void added(DatabaseView view) {
        if (known.putIfAbsent(view.name(), view.database().replicas()) == null) {
            view.database().replicas().forEach(replica -> totals.add(replica.client()));
        }
    }

    private synchronized void removed(String name) {
        List<Replica> replicas = known.remove(name);
        if (replicas != null) {
            replicas.forEach(replica -> totals.remove(replica.client()));
            engines.forget(name);
        }
    }

    /** What one registry has of the databases. The databases tell one thing after the other. */
    private final class Binding implements LitestreamDatabases.Watcher {

        private record Bound(Registrar registrar, DatabaseEvents events, DatabaseTimers timers) {}

        private final MeterRegistry registry;
        private final Map<String, Bound> bound = new HashMap<>();

        Binding(MeterRegistry registry) {
            this.registry = registry;
        }

        @Override
        public void added(DatabaseView view) {
            LitestreamMetrics.this.added(view);
            DatabaseEvents events = engines.of(view.name());
            StatusReader reader = new StatusReader(view.database());
            Registrar registrar = new Registrar(registry, Tags.of(Tag.DATABASE, view.name()));
            new DatabaseGauges(view, reader, events, clock).register(registrar);
            List<Replica> replicas = view.database().replicas();
            for (Replica replica : replicas) {
                totals.register(registry, replica.client().type());
                new ReplicaGauges(replica, reader, events.replica(replica.name()), lag, clock)
                        .register(registrar.with(Tag.REPLICA, replica.name()));
            }
            DatabaseTimers timers = new DatabaseTimers(
                    registrar, replicas.stream().map(Replica::name).toList());
            events.add(timers);
            bound.put(view.name(), new Bound(registrar, events, timers));
        }

        @Override
        public void removed(DatabaseView view) {
            Bound before = bound.remove(view.name());
            if (before != null) {
                before.events().remove(before.timers());
                before.registrar().removeAll();
            }
            LitestreamMetrics.this.removed(view.name());
        }
    }
}
