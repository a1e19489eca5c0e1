package io.litestream4j.replica.s3;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a replica is: a bucket, the folder in it, and what its URL says about the store.
 *
 * @param bucket the bucket's name
 * @param prefix the replica's folder, without slashes at its ends; empty for the whole bucket
 * @param region null when the URL doesn't say
 * @param endpoint null for Amazon's own
 * @param pathStyle whether the bucket is named in the path instead of the host
 */
public record S3Location(
        String bucket,
        String prefix,
        @Nullable String region,
        @Nullable URI endpoint,
        boolean pathStyle) {

    private static final String SCHEME = "s3://";

    /** Wider than Amazon's rule of today: old buckets and other stores have capitals, underscores and long names. */
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

    /** A key has at most 1024 bytes; the longest name below the prefix is shorter than 100. */
    private static final int MAX_PREFIX_BYTES = 900;

    public S3Location {
        if (!BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException("\"%s\" is no name of a bucket: write s3://bucket/path"
                    .formatted(bucket.length() > 80 ? bucket.substring(0, 80) + "..." : bucket));
        }
        prefix = S3Prefix.clean(prefix);
        if (S3Prefix.utf8Length(prefix) > MAX_PREFIX_BYTES) {
            throw new IllegalArgumentException("the path in bucket %s has %d bytes: a key has room for %d"
                    .formatted(bucket, S3Prefix.utf8Length(prefix), MAX_PREFIX_BYTES));
        }
    }

    /** A replica in a bucket of Amazon S3, or of the store whose endpoint the client is given. */
    public static S3Location of(String bucket, String prefix) {
        return new S3Location(bucket, prefix, null, null, false);
    }

    /**
     * Reads {@code s3://bucket/path} or, for the stores whose hosts Litestream knows, {@code s3://bucket.host/path}.
     *
     * @throws IllegalArgumentException says what to write instead, and repeats nothing that may be a secret
     */
    public static S3Location parse(String url) {
        if (!url.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new IllegalArgumentException("an S3 replica's URL begins with s3://: write s3://bucket/path");
        }
        String rest = url.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        refuseWhatMayBeSecret(rest, authority);
        S3Host host = S3Host.parse(authority);
        return new S3Location(
                host.bucket(),
                S3Prefix.decode(slash < 0 ? "" : rest.substring(slash)),
                host.region(),
                host.endpoint(),
                host.endpoint() != null);
    }

    /** The location as {@code s3://bucket/path}; for logs. */
    public String url() {
        return SCHEME + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }

    private static void refuseWhatMayBeSecret(String rest, String authority) {
        if (authority.indexOf('@') >= 0) {
            throw new IllegalArgumentException("an S3 replica's URL holds no keys: remove what is before the @,"
                    + " and set access-key-id and secret-access-key");
        }
        if (rest.indexOf('?') >= 0 || rest.indexOf('#') >= 0) {
            throw new IllegalArgumentException("an S3 replica's URL ends with its path: remove what follows ? or #,"
                    + " and set endpoint, region or keys as properties");
        }
    }
}
