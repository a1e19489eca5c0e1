package io.litestream4j.replication;

import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.lease.OnConflict;
import io.litestream4j.lease.OnNewerBackup;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** An application that commits and ships a row every few milliseconds until it is killed, with a short lease. */
final class LeasedApplication {

    static final LeaseSettings SHORT =
            new LeaseSettings(true, LeaseSettings.MIN_TTL, OnConflict.WAIT, OnNewerBackup.IGNORE);

    static final String FENCED = "fenced";

    private LeasedApplication() {}

    /** Arguments: database, replica folder. Tells the number of rows that are acknowledged, and when it is fenced. */
    public static void main(String[] arguments) throws Exception {
        Path db = Path.of(arguments[0]);
        Sql.run(db, "create table if not exists note(id integer primary key, writer text)");
        ReplicatedDatabase database = ReplicatedDatabase.builder(db)
                .replica(Restores.replica(Path.of(arguments[1])), ReplicaSettings.syncingEvery(Duration.ZERO))
                .lease(SHORT)
                .listener(new ReplicationListener() {
                    @Override
                    public void replicaFenced(String replica, String reason) {
                        System.out.println(Child.ANSWER + FENCED);
                    }
                })
                .build();
        database.open();
        database.start();
        try (Connection connection = Sql.connect(db)) {
            for (int row = 1; ; row++) {
                Sql.run(connection, "insert into note(writer) values('child')");
                if (database.awaitReplicated(database.sync(), Duration.ofMillis(500))) {
                    System.out.println(Child.ANSWER + row);
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }
}
