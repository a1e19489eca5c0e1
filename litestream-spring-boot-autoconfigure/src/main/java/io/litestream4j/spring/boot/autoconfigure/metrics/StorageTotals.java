package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.RequestCounts;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Requests and bytes of all clients of one kind of storage. A client that several databases share counts once; what one
 * sent stays counted when its database is unregistered, but for what it sends while that ends. Thread-safe.
 */
final class StorageTotals {

    private final IdentityHashMap<ReplicaClient, Integer> users = new IdentityHashMap<>();
    private final Map<String, RequestCounts> before = new HashMap<>();
    private final IdentityHashMap<MeterRegistry, Set<String>> registered = new IdentityHashMap<>();
    private final IdentityHashMap<MeterRegistry, Registrar> registrars = new IdentityHashMap<>();

    synchronized void add(ReplicaClient client) {
        users.merge(client, 1, Integer::sum);
    }

    synchronized void remove(ReplicaClient client) {
        if (users.merge(client, -1, Integer::sum) <= 0) {
            users.remove(client);
            before.merge(client.type(), client.requests(), StorageTotals::sum);
        }
    }

    synchronized void register(MeterRegistry registry, String type) {
        if (!registered.computeIfAbsent(registry, each -> new HashSet<>()).add(type)) {
            return;
        }
        Registrar ofType = registrars
                .computeIfAbsent(registry, each -> new Registrar(each, Tags.empty()))
                .with("replica_type", type);
        for (RequestKind kind : RequestKind.values()) {
            Registrar to = ofType.with(Tag.OPERATION, kind.name());
            to.counter(
                    "litestream.replica.operation",
                    "Requests to all storages of a kind",
                    () -> total(type, kind::count));
            if (kind.movesBytes()) {
                to.gauge(
                        "litestream.replica.operation.bytes",
                        "Bytes of objects that were sent to all storages of a kind, or received; only grows",
                        () -> total(type, kind::bytes));
            }
        }
    }

    private synchronized long total(String type, ToLongFunction<RequestCounts> value) {
        long total = value.applyAsLong(before.getOrDefault(type, RequestCounts.NONE));
        for (ReplicaClient client : users.keySet()) {
            if (client.type().equals(type)) {
                total += value.applyAsLong(client.requests());
            }
        }
        return total;
    }

    private static RequestCounts sum(RequestCounts a, RequestCounts b) {
        return new RequestCounts(
                a.put() + b.put(),
                a.get() + b.get(),
                a.list() + b.list(),
                a.delete() + b.delete(),
                a.bytesSent() + b.bytesSent(),
                a.bytesReceived() + b.bytesReceived());
    }
}
