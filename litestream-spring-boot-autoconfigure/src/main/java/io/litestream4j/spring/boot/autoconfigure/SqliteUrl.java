package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.io.RealPaths;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A URL of sqlite-jdbc that names a file.
 *
 * @param file the database's file
 * @param parameters pragmas and options, by name in lower case
 */
record SqliteUrl(Path file, Map<String, String> parameters) {

    private static final String PREFIX = "jdbc:sqlite:";

    /** Reads a URL; empty when it is not SQLite's, or names no file (memory, a resource, a temporary database). */
    static Optional<SqliteUrl> parse(String url) {
        if (!url.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String rest = url.substring(PREFIX.length());
        int mark = rest.indexOf('?');
        Map<String, String> parameters = parameters(mark < 0 ? "" : rest.substring(mark + 1));
        String file = mark < 0 ? rest : rest.substring(0, mark);
        if (file.startsWith("file:")) {
            // SQLite ends the name at a fragment
            file = file.indexOf('#') < 0 ? file : file.substring(0, file.indexOf('#'));
            file = URLDecoder.decode(file.substring(5).replace("+", "%2B"), StandardCharsets.UTF_8);
            file = file.startsWith("//") ? file.substring(file.indexOf('/', 2)) : file;
        }
        if (file.isBlank() || file.startsWith(":") || "memory".equals(parameters.get("mode"))) {
            return Optional.empty();
        }
        return Optional.of(new SqliteUrl(RealPaths.of(Path.of(file)), parameters));
    }

    /** The same with more parameters, such as those of a pool. */
    SqliteUrl with(Map<?, ?> more) {
        Map<String, String> all = new TreeMap<>(parameters);
        more.forEach((key, value) -> all.put(lower(key), lower(value)));
        return new SqliteUrl(file, all);
    }

    /** Refuses a URL that makes replication impossible. */
    void requireReplicable(String source) {
        String journal = parameters.getOrDefault("journal_mode", "wal");
        if (!journal.equals("wal")) {
            throw refused(source, "journal_mode=" + journal, "Remove journal_mode, or write journal_mode=WAL");
        }
        if ("exclusive".equals(parameters.get("locking_mode"))) {
            throw refused(source, "locking_mode=EXCLUSIVE", "Remove locking_mode");
        }
        String readOnly = readOnly();
        if (readOnly != null) {
            throw refused(source, readOnly, "Remove " + readOnly);
        }
    }

    private @Nullable String readOnly() {
        String openMode = parameters.getOrDefault("open_mode", "");
        if (openMode.matches("\\d{1,9}") && (Integer.parseInt(openMode) & 3) == 1) {
            return "open_mode=" + openMode;
        }
        if ("ro".equals(parameters.get("mode"))) {
            return "mode=ro";
        }
        String immutable = parameters.getOrDefault("immutable", "0");
        return immutable.equals("1") || immutable.equals("true") ? "immutable=" + immutable : null;
    }

    private LitestreamStartException refused(String source, String parameter, String remedy) {
        return new LitestreamStartException(
                "%s opens %s with %s, which can't be replicated.".formatted(source, file, parameter),
                remedy + " (" + source + "), or set litestream.enabled=false.");
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new TreeMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(lower(pair.substring(0, equals)), lower(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String lower(Object text) {
        return text.toString().strip().toLowerCase(Locale.ROOT);
    }
}
