package io.litestream4j.database;

import io.litestream4j.io.DurableFiles;
import java.io.ByteArrayOutputStream;
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
 * A database that was replaced by a restored one, or is about to be.
 *
 * @param request what was asked for
 * @param at when
 * @param aside file name under which the database before is kept; null when there was none
 */
public record ReplacementRecord(
        String request, Instant at, @Nullable String aside) {

    private static final DurableFiles FILES = new DurableFiles();
    private static final int MAX_SIZE = 16 << 10;

    /** Reads one; null when there is none. */
    static @Nullable ReplacementRecord read(Path file) throws IOException {
        long size = FileIdentity.sizeOf(file);
        if (size < 0) {
            return null;
        }
        ReplacementRecord record = size > MAX_SIZE ? null : parse(Files.readString(file, StandardCharsets.ISO_8859_1));
        if (record == null) {
            throw new IOException(file + ": expected the record of a replaced database, got something else:"
                    + " look at what lies beside the database, then delete this file");
        }
        return record;
    }

    /** Writes it durably. */
    void write(Path file) throws IOException {
        Properties values = new Properties();
        values.setProperty("request", request);
        values.setProperty("at", at.toString());
        if (aside != null) {
            values.setProperty("aside", aside);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        values.store(bytes, null);
        FILES.write(file, bytes::writeTo);
    }

    private static @Nullable ReplacementRecord parse(String text) throws IOException {
        Properties values = new Properties();
        try {
            values.load(new StringReader(text));
            String request = values.getProperty("request");
            String aside = values.getProperty("aside");
            return request == null || (aside != null && !isPlainName(aside))
                    ? null
                    : new ReplacementRecord(request, Instant.parse(values.getProperty("at", "")), aside);
        } catch (IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }

    /** Whether it names a file beside another, and nothing else. */
    private static boolean isPlainName(String name) {
        return !name.isBlank()
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }
}
