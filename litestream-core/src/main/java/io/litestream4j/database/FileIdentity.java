package io.litestream4j.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stat call tells about a file. Reading it never opens the file, so it is safe on a live database.
 *
 * @param inode number of the file on its volume; 0 where the platform has none
 * @param size bytes
 * @param modified last change of the content
 * @param changed last change of content or attributes; equal to {@code modified} where the platform has none
 */
record FileIdentity(long inode, long size, Instant modified, Instant changed) {

    /** Two changes closer than a step of the file system's clock can carry the same time. */
    private static final Duration CLOCK_STEP = Duration.ofMillis(100);

    /** Stats a file; null when there is none. */
    static @Nullable FileIdentity of(Path file) throws IOException {
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime");
            return new FileIdentity(
                    number(attributes, "ino"),
                    number(attributes, "size"),
                    time(attributes, "lastModifiedTime"),
                    time(attributes, "ctime"));
        } catch (NoSuchFileException e) {
            return null;
        } catch (UnsupportedOperationException e) {
            return ofBasicAttributes(file);
        }
    }

    /** Bytes of a file; -1 when there is none. What isn't a file is refused: to open a pipe can take for ever. */
    static long sizeOf(Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new IOException(file + ": expected a file or nothing, got something else: move it away");
            }
            return attributes.size();
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    /** Whether a later change of the file is sure to show another time. */
    boolean isSettledAt(Instant now) {
        return !modified.plus(CLOCK_STEP).isAfter(now)
                && !changed.plus(CLOCK_STEP).isAfter(now);
    }

    private static @Nullable FileIdentity ofBasicAttributes(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        Instant modified = Files.getLastModifiedTime(file).toInstant();
        return new FileIdentity(0, Files.size(file), modified, modified);
    }

    private static long number(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static Instant time(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof FileTime time ? time.toInstant() : Instant.EPOCH;
    }
}
