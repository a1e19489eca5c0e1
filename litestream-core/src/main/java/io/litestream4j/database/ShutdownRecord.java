package io.litestream4j.database;

import io.litestream4j.Position;
import io.litestream4j.io.DurableFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What the engine knew when it ended cleanly: the WAL index was sealed at a position, and the database's file, which
 * nobody could touch at that moment, looked so. As long as the file still looks so, it is the exact image of the start
 * of the next index.
 *
 * @param position the sealed end
 * @param database the database's file as it was
 */
record ShutdownRecord(Position position, FileIdentity database) {

    private static final DurableFiles FILES = new DurableFiles();
    private static final int MAX_SIZE = 4096;

    /** Writes it durably. */
    void write(MetaDirectory meta) throws IOException {
        String text = "position=%s%ninode=%d%nsize=%d%nmodified=%s%nchanged=%s%n"
                .formatted(position, database.inode(), database.size(), database.modified(), database.changed());
        FILES.write(meta.shutdownRecord(), out -> out.write(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Takes the record away, durably, before anything can make it untrue; null when there is none that can be read. */
    static @Nullable ShutdownRecord take(MetaDirectory meta) throws IOException {
        ShutdownRecord record = read(meta);
        delete(meta);
        return record;
    }

    /** Reads the record and leaves it; null when there is none that can be read. */
    static @Nullable ShutdownRecord read(MetaDirectory meta) throws IOException {
        Path file = meta.shutdownRecord();
        long size = FileIdentity.sizeOf(file);
        return size < 0 || size > MAX_SIZE ? null : parse(Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    /** Deletes the record durably, if there is one. */
    static void delete(MetaDirectory meta) throws IOException {
        if (Files.deleteIfExists(meta.shutdownRecord())) {
            FILES.syncDirectory(meta.path());
        }
    }

    private static @Nullable ShutdownRecord parse(String text) throws IOException {
        Properties values = new Properties();
        try {
            values.load(new StringReader(text));
            return new ShutdownRecord(
                    Position.parse(values.getProperty("position", "")),
                    new FileIdentity(
                            Long.parseLong(values.getProperty("inode", "")),
                            Long.parseLong(values.getProperty("size", "")),
                            Instant.parse(values.getProperty("modified", "")),
                            Instant.parse(values.getProperty("changed", ""))));
        } catch (IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }
}
