package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.io.RealPaths;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** What a text in a configuration means. */
final class Texts {

    private Texts() {}

    /** The text without the blanks around it; null when nothing is left: a blank value counts as unset. */
    static @Nullable String trimmed(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    /** A value as one would write it in a configuration. */
    static String show(@Nullable Object value) {
        if (value instanceof Duration duration) {
            // Not from its milliseconds, which may be more than a long holds.
            return duration.getNano() == 0 ? duration.getSeconds() + "s" : duration.toMillis() + "ms";
        }
        if (value instanceof DataSize size) {
            return size.toBytes() % 1024 == 0 ? size.toKilobytes() + "KB" : size.toString();
        }
        return String.valueOf(value);
    }

    /** An absolute path; a leading {@code ~/} is the user's home. */
    static Path path(String key, String text) {
        try {
            Path path = text.startsWith("~/")
                    ? Path.of(System.getProperty("user.home")).resolve(text.substring(2))
                    : Path.of(text);
            return RealPaths.of(path);
        } catch (InvalidPathException e) {
            throw LitestreamStartException.invalid(key, text, "a path (" + e.getReason() + ")");
        }
    }
}
