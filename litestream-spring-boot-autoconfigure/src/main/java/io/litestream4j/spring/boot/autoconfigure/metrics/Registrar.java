package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Registers meters of one database with one registry, and removes them. Not thread-safe. */
final class Registrar {

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> meters;
    /** A registry holds what a counter counts by a weak reference only. */
    private final List<Object> counted;

    Registrar(MeterRegistry registry, Tags tags) {
        this(registry, tags, new ArrayList<>(), new ArrayList<>());
    }

    private Registrar(MeterRegistry registry, Tags tags, List<Meter> meters, List<Object> counted) {
        this.registry = registry;
        this.tags = tags;
        this.meters = meters;
        this.counted = counted;
    }

    /** The same with one more tag. */
    Registrar with(String key, String value) {
        return new Registrar(registry, tags.and(key, value), meters, counted);
    }

    /** Without a unit: the name says it, or is Litestream's, and a unit would be appended to it. */
    void gauge(String name, String description, DoubleSupplier value) {
        meters.add(Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    void bytes(String name, String description, DoubleSupplier value) {
        meters.add(Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .description(description)
                .baseUnit("bytes")
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    /** A duration, or a time since 1970, that is given in milliseconds. */
    void time(String name, String description, DoubleSupplier millis) {
        meters.add(TimeGauge.builder(name, millis, TimeUnit.MILLISECONDS, DoubleSupplier::getAsDouble)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    void counter(String name, String description, LongSupplier count) {
        counted.add(count);
        meters.add(FunctionCounter.builder(name, count, LongSupplier::getAsLong)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    Timer timer(String name, String description) {
        Timer timer = Timer.builder(name).description(description).tags(tags).register(registry);
        meters.add(timer);
        return timer;
    }

    void removeAll() {
        meters.forEach(registry::remove);
        meters.clear();
        counted.clear();
    }
}
