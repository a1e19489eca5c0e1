package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Position;
import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.lease.OnConflict;
import io.litestream4j.lease.OnNewerBackup;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicaSettings;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Databases with a table {@code note}, and backups of them. */
public final class Sqlite {

    private Sqlite() {}

    /** A database with these notes. */
    public static void create(Path database, String... notes) {
        execute(database, "pragma journal_mode=wal", "create table note (text text)");
        Stream.of(notes).forEach(note -> execute(database, "insert into note values ('" + note + "')"));
    }

    /** A replica with the backup of a database that no longer exists. */
    public static void backUp(Path replica, Path scratch, String... notes) throws Exception {
        Files.createDirectories(scratch);
        Path database = scratch.resolve("gone.db");
        create(database, notes);
        try (ReplicatedDatabase replicated = ReplicatedDatabase.builder(database)
                .name("gone")
                .lease(new LeaseSettings(true, Duration.ofSeconds(30), OnConflict.WAIT, OnNewerBackup.IGNORE))
                .replica(new Replica("file", new FileReplicaClient(replica)), ReplicaSettings.defaults())
                .build()) {
            replicated.open();
            replicated.start();
            Position position = replicated.sync();
            if (!replicated.awaitReplicated(position, Duration.ofSeconds(20))) {
                throw new AssertionError("not replicated: " + replicated.status());
            }
        }
        delete(database);
    }

    /** The notes in the newest state of a replica. */
    public static List<String> notesIn(Path replica, Path scratch) throws Exception {
        Path restored = Files.createTempDirectory(Files.createDirectories(scratch), "restored")
                .resolve("restored.db");
        new Restorer()
                .restore(RestoreRequest.to(restored)
                        .from(List.of(new Replica("file", new FileReplicaClient(replica))))
                        .build());
        return notes(restored);
    }

    public static List<String> notes(Path database) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select text from note order by rowid")) {
            List<String> notes = new ArrayList<>();
            while (rows.next()) {
                notes.add(rows.getString(1));
            }
            return notes;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    public static void execute(Path database, String... statements) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Deletes the database and what belongs to it, but not the folder of the engine. */
    public static void delete(Path database) throws Exception {
        for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
            Files.deleteIfExists(database.resolveSibling(database.getFileName() + suffix));
        }
    }
}
