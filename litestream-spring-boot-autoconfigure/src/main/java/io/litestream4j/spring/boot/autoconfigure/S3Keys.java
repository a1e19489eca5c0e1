package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.s3.S3ClientSettings;
import io.litestream4j.replica.s3.S3Location;
import io.litestream4j.replica.s3.S3ObjectSettings;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys that mean something for S3 replicas only. */
final class S3Keys {

    private static final Map<String, Levels.Key<ReplicaKeys, Object>> ALL = all();

    private S3Keys() {}

    /** What the keys say about the bucket of a replica. */
    static S3Setup of(S3Location location, Levels<ReplicaKeys> levels) {
        return new S3Setup(location, client(levels), objects(levels));
    }

    /** The first key that the level sets; null when it sets none. */
    static @Nullable String firstSet(Level<? extends ReplicaKeys> level) {
        return ALL.entrySet().stream()
                .filter(key -> isSet(key.getValue().of(level.keys())))
                .map(key -> level.key(key.getKey()))
                .findFirst()
                .orElse(null);
    }

    /** Refuses half of a key pair: it would be completed with a half that belongs to another one. */
    static void requirePair(Level<? extends ReplicaKeys> level) {
        boolean id = isSet(level.keys().getAccessKeyId());
        boolean secret = isSet(level.keys().getSecretAccessKey());
        if (id != secret) {
            String given = level.key(id ? "access-key-id" : "secret-access-key");
            String missing = level.key(id ? "secret-access-key" : "access-key-id");
            throw new LitestreamStartException(
                    "%s is set, and %s is not.".formatted(given, missing),
                    "Set %s as well, or remove %s to have the AWS SDK find credentials.".formatted(missing, given));
        }
    }

    private static S3ClientSettings client(Levels<ReplicaKeys> levels) {
        return S3ClientSettings.builder()
                .endpoint(endpoint(levels))
                .region(levels.text(ReplicaKeys::getRegion))
                .accessKeyId(levels.text(ReplicaKeys::getAccessKeyId))
                .secretAccessKey(levels.text(ReplicaKeys::getSecretAccessKey))
                .forcePathStyle(levels.first(ReplicaKeys::getForcePathStyle))
                .skipVerify(levels.first(ReplicaKeys::getSkipVerify, false))
                .build();
    }

    /** A host without a scheme is reached by TLS, as Litestream does it. */
    private static @Nullable URI endpoint(Levels<ReplicaKeys> levels) {
        String text = levels.text(ReplicaKeys::getEndpoint);
        if (text == null) {
            return null;
        }
        try {
            URI endpoint = URI.create(text.contains("://") ? text : "https://" + text);
            return S3ClientSettings.builder().endpoint(endpoint).build().endpoint();
        } catch (IllegalArgumentException e) {
            // it isn't repeated: what is wrong with it may be a key that it holds
            String key = levels.where(ReplicaKeys::getEndpoint, "endpoint");
            throw new LitestreamStartException(
                    key + " is not the address of a store.",
                    "Set %s to the store's address without keys, such as https://host or http://host:port."
                            .formatted(key));
        }
    }

    private static S3ObjectSettings objects(Levels<ReplicaKeys> levels) {
        String storageClass = levels.text(ReplicaKeys::getStorageClass);
        String sse = levels.text(ReplicaKeys::getSse);
        String kmsKey = levels.text(ReplicaKeys::getSseKmsKeyId);
        checked(levels.where(ReplicaKeys::getStorageClass, "storage-class"), storageClass, null, null);
        checked(levels.where(ReplicaKeys::getSse, "sse"), null, sse, null);
        return checked(levels.where(ReplicaKeys::getSseKmsKeyId, "sse-kms-key-id"), storageClass, sse, kmsKey);
    }

    private static S3ObjectSettings checked(
            String key, @Nullable String storageClass, @Nullable String sse, @Nullable String kmsKey) {
        try {
            return new S3ObjectSettings(storageClass, sse, kmsKey);
        } catch (IllegalArgumentException e) {
            String value = kmsKey != null ? "set" : "\"" + (sse != null ? sse : storageClass) + "\"";
            throw new LitestreamStartException(
                    "%s is %s: %s.".formatted(key, value, e.getMessage()),
                    "Set %s as said, or remove it to have the bucket's default.".formatted(key));
        }
    }

    private static boolean isSet(@Nullable Object value) {
        return value != null && !value.toString().isBlank();
    }

    private static Map<String, Levels.Key<ReplicaKeys, Object>> all() {
        Map<String, Levels.Key<ReplicaKeys, Object>> keys = new LinkedHashMap<>();
        keys.put("endpoint", ReplicaKeys::getEndpoint);
        keys.put("region", ReplicaKeys::getRegion);
        keys.put("access-key-id", ReplicaKeys::getAccessKeyId);
        keys.put("secret-access-key", ReplicaKeys::getSecretAccessKey);
        keys.put("force-path-style", ReplicaKeys::getForcePathStyle);
        keys.put("skip-verify", ReplicaKeys::getSkipVerify);
        keys.put("storage-class", ReplicaKeys::getStorageClass);
        keys.put("sse", ReplicaKeys::getSse);
        keys.put("sse-kms-key-id", ReplicaKeys::getSseKmsKeyId);
        return keys;
    }
}
