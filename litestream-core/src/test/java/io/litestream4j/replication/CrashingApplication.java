package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replica.s3.S3ReplicaClient;
import io.litestream4j.replica.s3.S3Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An application that writes and replicates until it is killed. It keeps a {@link Ledger} of what SQLite acknowledged,
 * of what the replica acknowledged, and of what the engine is doing. "quit" on its input ends it cleanly.
 */
final class CrashingApplication {

    /** Kinds of engine and load. */
    enum Kind {
        /** Small thresholds, four writers, big and small transactions, a replica that takes its time. */
        HARD,
        /** Every setting at its default, one writer with about 500 commits in a second. */
        ORDINARY
    }

    private CrashingApplication() {}

    /** Arguments: database, replica folder or the address of an S3 server, ledger, kind. */
    public static void main(String[] arguments) throws Exception {
        Path db = Path.of(arguments[0]);
        Ledger ledger = Ledger.open(Path.of(arguments[2]));
        Kind kind = Kind.valueOf(arguments[3]);

        ReplicatedDatabase database = (arguments[1].startsWith("http:")
                        ? onS3(db, URI.create(arguments[1]))
                        : builder(kind, db, Path.of(arguments[1])))
                .operations(ledger::began)
                .build();
        database.open();
        Writers writers = Writers.start(
                db,
                kind == Kind.HARD
                        ? Writers.Load.of(4, 1_000_000).bigEvery(40)
                        : Writers.Load.of(1, 1_700_000).wake(database::wake),
                ledger::committed);
        database.start();
        AtomicBoolean quitting = new AtomicBoolean();
        Thread acknowledging = new Thread(() -> acknowledge(database, writers, ledger, quitting));
        acknowledging.setDaemon(true);
        acknowledging.start();

        if (!isToldToQuit()) {
            // whoever started this has died
            Runtime.getRuntime().halt(1);
        }
        quitting.set(true);
        acknowledging.join();
        writers.close();
        database.close();
        System.exit(0);
    }

    /** The engine as this program runs it, for the parent, too; the parent's replica doesn't dawdle. */
    static ReplicatedDatabase.Builder builder(Kind kind, Path db, Path replica) {
        if (kind == Kind.ORDINARY) {
            return ReplicatedDatabase.builder(db).replica(Restores.replica(replica), ReplicaSettings.defaults());
        }
        WrappedClient slow = new WrappedClient(
                new FileReplicaClient(replica), WrappedClient.throttled(40e6), WrappedClient.throttled(20e6));
        return ReplicatedDatabase.builder(db)
                .replica(new Replica("file", slow), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(hardSettings());
    }

    /** The engine on a bucket. */
    static ReplicatedDatabase.Builder onS3(Path db, URI endpoint) {
        S3ReplicaClient client = S3ReplicaClient.builder(S3Server.client(endpoint), S3Server.location("app"))
                .closesClient(true)
                .build();
        return ReplicatedDatabase.builder(db)
                .replica(new Replica("s3", client), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(hardSettings());
    }

    static ReplicationSettings hardSettings() {
        return ReplicationSettings.builder()
                .minCheckpointPageCount(50)
                .maxCheckpointPageCount(2000)
                .build();
    }

    private static void acknowledge(
            ReplicatedDatabase database, Writers writers, Ledger ledger, AtomicBoolean quitting) {
        while (!quitting.get()) {
            long[] committed = writers.committed();
            writers.assertAllWell();
            try {
                Position position = database.sync();
                if (database.awaitReplicated(position, Duration.ofSeconds(5))) {
                    ledger.acknowledged(committed);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static boolean isToldToQuit() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = in.readLine();
        return line != null && line.equals("quit");
    }
}
