package io.litestream4j.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** The volume of a database, for what happens to it from outside: nobody of this process is connected to it. */
final class ModelVolume {

    private static final List<String> FILES = List.of("", "-wal");

    private final Path db;
    private final Path copy;
    private String copiedState;
    private boolean copiedRecord;

    ModelVolume(Path db) {
        this.db = db;
        this.copy = db.resolveSibling("copy");
    }

    /** Whether there is a database. */
    boolean exists() throws IOException {
        return Files.exists(db) && Files.size(db) > 0;
    }

    boolean hasCopy() {
        return copiedState != null;
    }

    /** What the database of the copy is. */
    String copiedState() {
        return copiedState;
    }

    /** What a snapshot of the volume holds, taken while the processes stand still. */
    void save() throws IOException, SQLException {
        Restores.deleteRecursively(copy);
        Files.createDirectory(copy);
        for (String suffix : FILES) {
            if (Files.exists(Path.of(db + suffix))) {
                Files.copy(Path.of(db + suffix), Path.of(copy.resolve(db.getFileName()) + suffix));
            }
        }
        if (Files.exists(Restores.meta(db))) {
            Restores.copyRecursively(Restores.meta(db), Restores.meta(copy.resolve("app.db")));
        }
        copiedRecord = recordIsTrue();
        copiedState = stateOfCopy();
    }

    /** As SQLite reads it. Of another copy: opening it changes it. */
    private String stateOfCopy() throws IOException, SQLException {
        Path read = copy.resolve("read.db");
        for (String suffix : FILES) {
            Path saved = Path.of(copy.resolve(db.getFileName()) + suffix);
            if (Files.exists(saved)) {
                Files.copy(saved, Path.of(read + suffix));
            }
        }
        try (Connection connection = Sql.plain(read)) {
            return ModelLedger.digest(connection);
        }
    }

    /** The volume is as it was, down to the numbers and times of its files, as far as the record knows them. */
    void bringBack() throws IOException {
        lose();
        for (String suffix : FILES) {
            Path saved = Path.of(copy.resolve(db.getFileName()) + suffix);
            if (Files.exists(saved)) {
                Files.copy(saved, Path.of(db + suffix));
            }
        }
        Restores.deleteRecursively(Restores.meta(db));
        if (Files.exists(Restores.meta(copy.resolve("app.db")))) {
            Restores.copyRecursively(Restores.meta(copy.resolve("app.db")), Restores.meta(db));
        }
        if (copiedRecord) {
            Files.writeString(record(), recordNow());
        }
    }

    void lose() throws IOException {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(Path.of(db + suffix));
        }
    }

    /** Another database, of another content; returns its state. */
    String replace(long seed) throws IOException, SQLException {
        Path other = db.resolveSibling("other.db");
        Files.deleteIfExists(other);
        try (Connection connection = Sql.connect(other)) {
            Sql.run(connection, ModelApplication.SCHEMA);
            Sql.run(connection, "insert into entry(payload, note) values(randomblob(3000), 'other" + seed + "')");
        }
        String state = ModelLedger.digest(Files.readAllBytes(other));
        Files.deleteIfExists(Path.of(db + "-wal"));
        Files.deleteIfExists(Path.of(db + "-shm"));
        Files.move(other, db, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return state;
    }

    void empty() throws IOException {
        lose();
        Files.createFile(db);
    }

    private Path record() {
        return Restores.meta(db).resolve("clean-shutdown");
    }

    private boolean recordIsTrue() throws IOException {
        return Files.exists(record()) && identity(Files.readString(record())).equals(identity(recordNow()));
    }

    private static String identity(String record) {
        return record.substring(record.indexOf("inode"));
    }

    /** What the record would say of the file as it is now. */
    private String recordNow() throws IOException {
        Map<String, Object> now =
                Files.readAttributes(db, "unix:ino,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
        String position = Files.readString(record()).lines().findFirst().orElseThrow();
        return "%s%ninode=%s%nsize=%s%nmodified=%s%nchanged=%s%n"
                .formatted(
                        position,
                        now.get("ino"),
                        now.get("size"),
                        ((FileTime) now.get("lastModifiedTime")).toInstant(),
                        ((FileTime) now.get("ctime")).toInstant());
    }
}
