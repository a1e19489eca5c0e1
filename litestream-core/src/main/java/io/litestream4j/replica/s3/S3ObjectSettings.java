package io.litestream4j.replica.s3;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How objects are stored.
 *
 * @param storageClass null: the bucket's default. One whose objects can't be read at once is refused
 * @param sse encryption by the store, {@code AES256} or {@code aws:kms}; null: the bucket's default
 * @param sseKmsKeyId the key for {@code aws:kms}; null: the account's default key
 */
public record S3ObjectSettings(
        @Nullable String storageClass,
        @Nullable String sse,
        @Nullable String sseKmsKeyId) {

    /** Everything as the bucket has it. */
    public static final S3ObjectSettings DEFAULTS = new S3ObjectSettings(null, null, null);

    private static final Set<String> ARCHIVES = Set.of("GLACIER", "DEEP_ARCHIVE");
    private static final Pattern STORAGE_CLASS = Pattern.compile("[A-Z0-9_]{1,64}");

    public S3ObjectSettings {
        if (storageClass != null && !STORAGE_CLASS.matcher(storageClass).matches()) {
            throw new IllegalArgumentException("storage-class must be a name like STANDARD_IA");
        }
        if (storageClass != null && ARCHIVES.contains(storageClass)) {
            throw new IllegalArgumentException(
                    "storage-class %s can't be read at once, as a restore must:".formatted(storageClass)
                            + " write GLACIER_IR or STANDARD_IA");
        }
        if (sse != null && !sse.equals("AES256") && !sse.equals("aws:kms")) {
            throw new IllegalArgumentException("sse must be AES256 or aws:kms, or be left out");
        }
        if (sseKmsKeyId != null && !"aws:kms".equals(sse)) {
            throw new IllegalArgumentException("sse-kms-key-id needs sse: write sse=aws:kms beside it");
        }
    }

    /** Without the key's name, which tells the account. */
    @Override
    public String toString() {
        return "S3ObjectSettings[storageClass=%s, sse=%s, sseKmsKeyId=%s]"
                .formatted(storageClass, sse, sseKmsKeyId == null ? "default" : "set");
    }
}
