package io.litestream4j.replication;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.file.FileReplicaClient;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Enforces retention object by object until it is killed; answers "deleting" when it begins, or "done". */
final class CrashingRetention {

    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private CrashingRetention() {}

    /** Arguments: database, replica folder. */
    public static void main(String[] arguments) throws Exception {
        Path db = Path.of(arguments[0]);
        ReplicaClient slow = slow(new FileReplicaClient(Path.of(arguments[1])));
        ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                .replica(
                        new Replica("file", slow),
                        ReplicaSettings.builder()
                                .retention(Duration.ofHours(24))
                                .build())
                .build();
        database.open();
        database.start();
        while (database.status().replicas().get(0).position() == null) {
            LockSupport.parkNanos(1_000_000);
        }
        database.enforceRetention();
        answer("done");
        Runtime.getRuntime().halt(0);
    }

    private static void answer(String answer) {
        if (!TOLD.getAndSet(true)) {
            System.out.println(Child.ANSWER + answer);
        }
    }

    private static ReplicaClient slow(ReplicaClient client) {
        return (ReplicaClient) Proxy.newProxyInstance(
                ReplicaClient.class.getClassLoader(), new Class<?>[] {ReplicaClient.class}, (proxy, method, args) -> {
                    try {
                        if (!method.getName().startsWith("delete")) {
                            return method.invoke(client, args);
                        }
                        for (Object one : (List<?>) args[0]) {
                            answer("deleting");
                            LockSupport.parkNanos(8_000_000);
                            Object ignored = method.invoke(client, List.of(one));
                        }
                        return null;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
