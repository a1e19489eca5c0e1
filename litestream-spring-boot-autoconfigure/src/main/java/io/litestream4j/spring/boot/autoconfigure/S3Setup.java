package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.s3.S3ClientSettings;
import io.litestream4j.replica.s3.S3Location;
import io.litestream4j.replica.s3.S3ObjectSettings;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How the bucket of a replica is reached, and how objects are stored in it.
 *
 * @param location the bucket
 * @param client settings of a client of the replica's own
 * @param objects how objects are stored
 */
record S3Setup(S3Location location, S3ClientSettings client, S3ObjectSettings objects) {

    /** Whether the application's own client will do: nothing asks for another endpoint, region, credentials or wire. */
    boolean canShareClient() {
        return location.endpoint() == null && location.region() == null && client.equals(S3ClientSettings.DEFAULTS);
    }

    /** The address of the store; null for Amazon's own. */
    @Nullable
    URI endpoint() {
        return client.endpoint() != null ? client.endpoint() : location.endpoint();
    }
}
