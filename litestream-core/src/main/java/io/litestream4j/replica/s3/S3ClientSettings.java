package io.litestream4j.replica.s3;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an S3 client of our own. What is null comes from the replica's URL, else from where the AWS SDK looks:
 * system properties, environment, profile, and what the machine offers.
 *
 * @param endpoint the store's address, for another one than Amazon's
 * @param region the bucket's region
 * @param accessKeyId half of a fixed key; needs the other half
 * @param secretAccessKey the other half
 * @param forcePathStyle whether the bucket is named in the path; null: with an endpoint
 * @param skipVerify whether any certificate of the store is accepted: for tests only
 */
public record S3ClientSettings(
        @Nullable URI endpoint,
        @Nullable String region,
        @Nullable String accessKeyId,
        @Nullable String secretAccessKey,
        @Nullable Boolean forcePathStyle,
        boolean skipVerify) {

    /** Everything from the URL and the SDK's own sources. */
    public static final S3ClientSettings DEFAULTS = builder().build();

    public S3ClientSettings {
        if ((accessKeyId == null) != (secretAccessKey == null)) {
            throw new IllegalArgumentException((accessKeyId == null ? "access-key-id" : "secret-access-key")
                    + " is missing: set both halves of the key, or none");
        }
        if (endpoint != null && !isAddress(endpoint)) {
            throw new IllegalArgumentException(
                    "endpoint must be the store's address without keys: write https://host, or http://host:port");
        }
    }

    /** A builder with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    private static boolean isAddress(URI endpoint) {
        String scheme = endpoint.getScheme();
        return ("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
                && endpoint.getHost() != null
                && endpoint.getUserInfo() == null
                && endpoint.getQuery() == null
                && endpoint.getFragment() == null;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "S3ClientSettings[endpoint=%s, region=%s, key=%s, forcePathStyle=%s, skipVerify=%s]"
                .formatted(endpoint, region, accessKeyId == null ? "default" : "set", forcePathStyle, skipVerify);
    }

    /** Collects settings; each method is named after what it sets. */
    public static final class Builder {

        private @Nullable URI endpoint;
        private @Nullable String region;
        private @Nullable String accessKeyId;
        private @Nullable String secretAccessKey;
        private @Nullable Boolean forcePathStyle;
        private boolean skipVerify;

        private Builder() {}

        public Builder endpoint(@Nullable URI value) {
            endpoint = value;
            return this;
        }

        public Builder region(@Nullable String value) {
            region = value;
            return this;
        }

        public Builder accessKeyId(@Nullable String value) {
            accessKeyId = value;
            return this;
        }

        public Builder secretAccessKey(@Nullable String value) {
            secretAccessKey = value;
            return this;
        }

        public Builder forcePathStyle(@Nullable Boolean value) {
            forcePathStyle = value;
            return this;
        }

        public Builder skipVerify(boolean value) {
            skipVerify = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException when one makes no sense
         */
        public S3ClientSettings build() {
            return new S3ClientSettings(endpoint, region, accessKeyId, secretAccessKey, forcePathStyle, skipVerify);
        }
    }
}
