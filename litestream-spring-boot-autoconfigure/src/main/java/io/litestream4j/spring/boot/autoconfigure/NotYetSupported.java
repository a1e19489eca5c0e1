package io.litestream4j.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys that are known but don't do anything in this version. Who sets one must hear of it. */
final class NotYetSupported {

    private final List<String> warnings = new ArrayList<>();

    private NotYetSupported() {}

    /** One sentence for each such key that is set. */
    static List<String> warnings(LitestreamProperties properties) {
        NotYetSupported found = new NotYetSupported();
        found.top(properties);
        found.replica("litestream.", properties);
        properties.getDatabases().forEach((name, database) -> {
            String prefix = "litestream.databases." + name + ".";
            found.replica(prefix, database);
            database.getReplicas()
                    .forEach((replica, keys) -> found.replica(prefix + "replicas." + replica + ".", keys));
        });
        return found.warnings;
    }

    private void top(LitestreamProperties properties) {
        add("litestream.config-file", properties.getConfigFile(), "read a litestream.yml");
        String wait = Texts.trimmed(properties.getCommit().getWait());
        if (wait != null && !wait.equalsIgnoreCase("off") && !wait.equalsIgnoreCase("false")) {
            add("litestream.commit.wait", wait, "wait for a replica after a transaction");
        }
        add("litestream.commit.timeout", properties.getCommit().getTimeout(), "wait for a replica after a transaction");
        LitestreamProperties.Lease lease = properties.getLease();
        if (!Boolean.FALSE.equals(lease.getEnabled())) {
            add("litestream.lease.enabled", lease.getEnabled(), "take a lease on a replica");
        }
        add("litestream.lease.ttl", lease.getTtl(), "take a lease on a replica");
        add("litestream.lease.on-conflict", lease.getOnConflict(), "take a lease on a replica");
    }

    private void replica(String prefix, ReplicaKeys keys) {
        add(prefix + "retention", keys.getRetention(), "delete anything from a replica");
        add(prefix + "retention-check-interval", keys.getRetentionCheckInterval(), "delete anything from a replica");
        add(prefix + "snapshot-interval", keys.getSnapshotInterval(), "take snapshots at intervals");
        add(prefix + "validation-interval", keys.getValidationInterval(), "validate replicas");
        String s3 = "replicate to S3";
        add(prefix + "access-key-id", keys.getAccessKeyId(), s3);
        add(prefix + "secret-access-key", keys.getSecretAccessKey(), s3);
        add(prefix + "endpoint", keys.getEndpoint(), s3);
        add(prefix + "region", keys.getRegion(), s3);
        add(prefix + "force-path-style", keys.getForcePathStyle(), s3);
        add(prefix + "skip-verify", keys.getSkipVerify(), s3);
        add(prefix + "storage-class", keys.getStorageClass(), s3);
        add(prefix + "sse", keys.getSse(), s3);
        add(prefix + "sse-kms-key-id", keys.getSseKmsKeyId(), s3);
    }

    private void add(String key, @Nullable Object value, String what) {
        if (value != null && !value.toString().isBlank()) {
            warnings.add(key + " is set, but this version does not " + what + " yet");
        }
    }
}
