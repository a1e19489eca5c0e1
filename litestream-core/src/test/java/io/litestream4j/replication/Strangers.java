package io.litestream4j.replication;

import io.litestream4j.LitestreamException;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;

/** Tries to replicate what it may not touch: each line of input names a database and a replica; answers how it went. */
final class Strangers {

    private Strangers() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", -1);
            System.out.println(Child.ANSWER + attempt(Path.of(words[0]), Path.of(words[1])));
        }
        System.exit(0);
    }

    private static String attempt(Path db, Path replica) throws Exception {
        try (ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                .replica(Restores.replica(replica), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(ReplicationSettings.builder()
                        .shutdownTimeout(Duration.ofMillis(100))
                        .build())
                .build()) {
            database.open();
            database.start();
            try (Connection app = Sql.connect(db)) {
                Sql.run(app, "create table if not exists more(x)");
                Await.until("an end", () -> error(database) != null || replicated(database));
            }
            return error(database) == null ? "replicated" : error(database);
        } catch (LitestreamException e) {
            return e.getMessage();
        }
    }

    private static boolean replicated(ReplicatedDatabase database) throws InterruptedException {
        return database.status().position() != null && database.syncAll(Duration.ofMillis(100));
    }

    private static String error(ReplicatedDatabase database) {
        ReplicaStatus replica = database.status().replicas().get(0);
        return database.status().problemSince() != null ? database.status().detail() : replica.lastError();
    }
}
