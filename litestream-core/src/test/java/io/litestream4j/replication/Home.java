package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;

/** Where an {@link EnduringApplication} lives, and what must hold when it has ended or died. */
record Home(Path folder, Ledger ledger) {

    static Home create(Path folder) throws Exception {
        Files.createDirectories(folder);
        Home home = new Home(folder, Ledger.open(folder.resolve("ledger")));
        Entries.create(home.db());
        return home;
    }

    Path db() {
        return folder.resolve("app.db");
    }

    Path replica() {
        return folder.resolve("replica");
    }

    /** Starts the application by another program. */
    Child start(List<String> prefix) throws IOException {
        return Child.start(
                prefix,
                "256m",
                EnduringApplication.class,
                folder,
                db().toString(),
                replica().toString(),
                folder.resolve("ledger").toString());
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("EnduringApplication.log"));
    }

    /** Waits until so many rows more are acknowledged. */
    void awaitAcknowledged(Child child, long more) throws Exception {
        long wanted = ledger.acknowledged()[0] + more;
        Await.until(more + " rows more", () -> ledger.acknowledged()[0] >= wanted || !child.isAlive());
    }

    /** As {@link #assertRestores}, where it had come so far. */
    void assertRestoresIfAcknowledged() throws Exception {
        if (ledger.acknowledged()[0] > 0) {
            assertRestores();
        }
    }

    /** What is on the replica now has everything that was acknowledged. */
    void assertRestores() throws Exception {
        long[] acknowledged = ledger.acknowledged();
        Path restored = folder.resolve("restored.db");
        Files.deleteIfExists(restored);
        Restores.newest(replica(), restored);
        Entries.assertContains(Entries.check(restored), acknowledged);
    }

    /** Ends it; then the replica equals the database, which has everything that was committed. */
    void end(Child child) throws Exception {
        child.send("quit");
        assertThat(child.exitCode()).as(log()).isZero();
        Restores.assertEqual(replica(), db(), folder.resolve("restored.db"));
        Entries.assertContains(Entries.check(db()), ledger.committed());
    }

    /** Goes on with the database of an application that died, in this process, until replica and database are equal. */
    void goOn() throws Exception {
        try (ReplicatedDatabase engine = ReplicatedDatabase.builder(db())
                .replica(Restores.replica(replica()), ReplicaSettings.syncingEvery(Duration.ZERO))
                .settings(CrashingApplication.hardSettings())
                .build()) {
            engine.open();
            try (Connection connection = Sql.connect(db())) {
                assertThat(Sql.text(connection, "pragma integrity_check")).isEqualTo("ok");
                Entries.assertContains(Entries.check(connection), ledger.committed());
            }
            engine.start();
            Await.until("a position", () -> engine.status().position() != null);
            assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        }
        Restores.assertEqual(replica(), db(), folder.resolve("restored.db"));
    }
}
