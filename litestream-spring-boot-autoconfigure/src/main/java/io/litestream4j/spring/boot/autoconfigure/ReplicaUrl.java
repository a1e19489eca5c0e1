package io.litestream4j.spring.boot.autoconfigure;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a replica is.
 *
 * @param key the key that says so
 * @param type {@code file} or {@code s3}
 * @param location the folder, or the S3 URL
 */
record ReplicaUrl(String key, String type, String location) {

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);
    private static final String FORMS = "a folder, file:///folder or s3://bucket/path";

    /** Reads a folder, {@code file:///folder} or {@code s3://bucket/path}. */
    static ReplicaUrl parse(String key, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("s3:")) {
            if (!lower.matches("s3://[^/]+(/.*)?")) {
                throw LitestreamStartException.invalid(key, text, "a URL with a bucket, such as s3://bucket/path");
            }
            return new ReplicaUrl(key, "s3", "s3://" + text.substring(5));
        }
        if (lower.startsWith("file:")) {
            return file(key, fileUrl(key, text));
        }
        if (SCHEME.matcher(text).matches()) {
            throw LitestreamStartException.invalid(key, text, FORMS);
        }
        return file(key, Texts.path(key, text));
    }

    /** A folder. */
    static ReplicaUrl file(String key, Path folder) {
        return new ReplicaUrl(key, "file", folder.toString());
    }

    /** The folder of a {@code file} replica. */
    Path folder() {
        return Path.of(location);
    }

    private static Path fileUrl(String key, String text) {
        try {
            URI uri = new URI(text);
            if (uri.getFragment() != null || uri.getQuery() != null) {
                throw LitestreamStartException.invalid(
                        key, text, "a file URL with %23 for # and %3F for ?, or a plain path");
            }
            if (uri.getHost() != null
                    || uri.getAuthority() != null
                    || uri.getPath() == null
                    || uri.getPath().isBlank()) {
                throw LitestreamStartException.invalid(
                        key, text, "a file URL with three slashes, such as file:///folder");
            }
            return Texts.path(key, uri.getPath());
        } catch (URISyntaxException e) {
            throw LitestreamStartException.invalid(key, text, FORMS + " (" + e.getReason() + ")");
        }
    }
}
