package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.s3.S3Location;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a replica is.
 *
 * @param key the key that says so
 * @param type {@code file} or {@code s3}
 * @param location the folder, or the S3 URL
 * @param bucket the bucket and the path in it; null for a folder
 */
record ReplicaUrl(
        String key, String type, String location, @Nullable S3Location bucket) {

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);
    private static final String FORMS = "a folder, file:///folder or s3://bucket/path";

    /** Reads a folder, {@code file:///folder} or {@code s3://bucket/path}. */
    static ReplicaUrl parse(String key, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("s3:")) {
            return s3Url(key, text);
        }
        if (lower.startsWith("file:")) {
            return file(key, fileUrl(key, text));
        }
        if (SCHEME.matcher(text).matches()) {
            throw LitestreamStartException.invalid(key, text, FORMS);
        }
        if (text.startsWith("\"") || text.startsWith("'") || text.contains("://")) {
            // Else a backup that was meant for a bucket would be a folder on the disk that it is to survive.
            throw LitestreamStartException.invalid(key, text, FORMS + ", without quotation marks");
        }
        return file(key, Texts.path(key, text));
    }

    /** A folder. */
    static ReplicaUrl file(String key, Path folder) {
        return new ReplicaUrl(key, "file", folder.toString(), null);
    }

    /** A path in a bucket, both as they are, not encoded as in a URL. */
    static ReplicaUrl bucket(String key, String bucket, String path) {
        try {
            return s3(key, S3Location.of(bucket, path));
        } catch (IllegalArgumentException e) {
            throw LitestreamStartException.invalid(key, bucket, "a bucket's name: " + e.getMessage());
        }
    }

    private static ReplicaUrl s3(String key, S3Location location) {
        return new ReplicaUrl(key, "s3", location.url(), location);
    }

    /** Whether it is a bucket. */
    boolean isS3() {
        return bucket != null;
    }

    /** The bucket of an {@code s3} replica. */
    S3Location requireBucket() {
        return Objects.requireNonNull(bucket, key);
    }

    /** The folder of a {@code file} replica. */
    Path folder() {
        return Path.of(location);
    }

    /** Doesn't repeat the URL: what is wrong with it may be a key that it holds. */
    private static ReplicaUrl s3Url(String key, String text) {
        try {
            return s3(key, S3Location.parse(text));
        } catch (IllegalArgumentException e) {
            throw new LitestreamStartException(
                    key + " is no URL of a bucket: " + e.getMessage(),
                    "Set %s to a URL with a bucket, such as s3://bucket/path.".formatted(key));
        }
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
