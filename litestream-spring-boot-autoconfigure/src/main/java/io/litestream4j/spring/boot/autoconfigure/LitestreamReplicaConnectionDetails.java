package io.litestream4j.spring.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * How the replica of the application's own database is reached, when something else than properties knows it, such as a
 * container. What isn't null wins over the properties, at whichever level they are set. It is asked once, at start.
 *
 * <p>It means the replica of {@code litestream.replica-url}, or else the only one of the database {@code main} that is in a
 * bucket. Replicas in a folder, and those of other databases, have nothing to do with it.
 */
public interface LitestreamReplicaConnectionDetails extends ConnectionDetails {

    /**
     * The replica's URL, in place of {@code litestream.replica-url}: {@code s3://bucket/path}. Null where the properties
     * name the bucket.
     */
    default @Nullable String getReplicaUrl() {
        return null;
    }

    /** The store's address, such as {@code http://localhost:9000}; null for Amazon's own. */
    default @Nullable String getEndpoint() {
        return null;
    }

    /** The bucket's region; null where the endpoint needs none. */
    default @Nullable String getRegion() {
        return null;
    }

    /** Half of a key; null, like the other half, where the AWS SDK finds credentials. */
    default @Nullable String getAccessKeyId() {
        return null;
    }

    /** The other half. Implementations show it nowhere. */
    default @Nullable String getSecretAccessKey() {
        return null;
    }
}
