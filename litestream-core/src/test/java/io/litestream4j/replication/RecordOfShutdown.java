package io.litestream4j.replication;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The record of a clean shutdown, seen from outside. */
final class RecordOfShutdown {

    private RecordOfShutdown() {}

    private static Path file(Path db) {
        return Restores.meta(db).resolve("clean-shutdown");
    }

    private static Properties read(Path db) throws IOException {
        Properties values = new Properties();
        if (Files.exists(file(db))) {
            values.load(new StringReader(Files.readString(file(db))));
        }
        return values;
    }

    /** Whether there is one, and the database's file is as it says. */
    static boolean isTrue(Path db) throws IOException {
        Properties values = read(db);
        return !values.isEmpty()
                && identity(db).entrySet().stream()
                        .allMatch(entry -> entry.getValue().equals(values.getProperty(entry.getKey())));
    }

    /** A copy of the database is another file; makes a copied record that was true say of the copy what it said. */
    static void adopt(Path db) throws IOException {
        Properties values = read(db);
        if (!values.isEmpty()) {
            Map<String, String> identity = identity(db);
            Files.write(
                    file(db),
                    List.of(
                            "position=" + values.getProperty("position"),
                            "inode=" + identity.get("inode"),
                            "size=" + identity.get("size"),
                            "modified=" + identity.get("modified"),
                            "changed=" + identity.get("changed")));
        }
    }

    private static Map<String, String> identity(Path db) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(db, "unix:ino,size,lastModifiedTime,ctime");
        return Map.of(
                "inode", String.valueOf(attributes.get("ino")),
                "size", String.valueOf(attributes.get("size")),
                "modified", instant(attributes.get("lastModifiedTime")).toString(),
                "changed", instant(attributes.get("ctime")).toString());
    }

    private static Instant instant(Object time) {
        return ((FileTime) time).toInstant();
    }
}
