package io.litestream4j.spring.boot.autoconfigure.docker.compose;

import io.litestream4j.spring.boot.autoconfigure.LitestreamReplicaConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.docker.compose.core.RunningService;

/**
 * What a running service says of its store. Not a record: those show everything in toString.
 */
final class StoreDockerComposeConnectionDetails implements LitestreamReplicaConnectionDetails {

    private static final Logger LOG = LoggerFactory.getLogger(StoreDockerComposeConnectionDetails.class);
    private static final String BUCKET_LABEL = "litestream.bucket";

    private final @Nullable String bucket;
    private final String endpoint;
    private final @Nullable String region;
    private final String accessKeyId;
    private final String secretAccessKey;

    /** None of a service whose port can't be reached from here: it is for other containers. */
    static @Nullable StoreDockerComposeConnectionDetails of(
            RunningService service, int port, @Nullable String region, String accessKeyId, String secretAccessKey) {
        int reachable;
        try {
            reachable = service.ports().get(port);
        } catch (IllegalStateException e) {
            LOG.info(
                    "Litestream: the service {} has no port on this machine for its {}, it is not used",
                    service.name(),
                    port);
            return null;
        }
        String endpoint = "http://" + service.host() + ":" + reachable;
        String bucket = service.labels().get(BUCKET_LABEL);
        return new StoreDockerComposeConnectionDetails(bucket, endpoint, region, accessKeyId, secretAccessKey);
    }

    private StoreDockerComposeConnectionDetails(
            @Nullable String bucket,
            String endpoint,
            @Nullable String region,
            String accessKeyId,
            String secretAccessKey) {
        this.bucket = bucket;
        this.endpoint = endpoint;
        this.region = region;
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
    }

    @Override
    public @Nullable String getReplicaUrl() {
        return bucket == null ? null : "s3://" + bucket;
    }

    @Override
    public String getEndpoint() {
        return endpoint;
    }

    @Override
    public @Nullable String getRegion() {
        return region;
    }

    @Override
    public String getAccessKeyId() {
        return accessKeyId;
    }

    @Override
    public String getSecretAccessKey() {
        return secretAccessKey;
    }
}
