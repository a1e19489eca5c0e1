package io.litestream4j.replication;

import io.litestream4j.replica.ReplicaClient;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes every request to a storage, and lets a test interfere before each. */
final class CountingClient {

    private static final List<String> FREE =
            List.of("keepsLease", "isIn", "url", "type", "toString", "stillHolds", "requests", "close");

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final ReplicaClient client;
    private volatile Fault fault = call -> {};

    /** What a storage does instead of what it should. */
    @FunctionalInterface
    interface Fault {
        void before(String call) throws IOException;
    }

    CountingClient(ReplicaClient real) {
        this.client = (ReplicaClient) Proxy.newProxyInstance(
                ReplicaClient.class.getClassLoader(), new Class<?>[] {ReplicaClient.class}, (proxy, method, args) -> {
                    if (method.getDeclaringClass() != Object.class && !FREE.contains(method.getName())) {
                        calls.add(method.getName());
                        fault.before(method.getName());
                    }
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    ReplicaClient client() {
        return client;
    }

    /** Names of the methods that were called, in order. */
    List<String> calls() {
        return List.copyOf(calls);
    }

    int count(String call) {
        return (int) calls.stream().filter(call::equals).count();
    }

    void fault(Fault value) {
        fault = value;
    }
}
