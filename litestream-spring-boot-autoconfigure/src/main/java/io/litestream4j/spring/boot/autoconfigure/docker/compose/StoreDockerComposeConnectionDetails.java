package io.litestream4j.spring.boot.autoconfigure.docker.compose;

import io.litestream4j.spring.boot.autoconfigure.LitestreamReplicaConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.docker.compose.core.RunningService;

/**
 * What a running service says of its store. Not a record: those show everything in toString.
 */
final class StoreDockerComposeConnectionDetails implements LitestreamReplicaConnectionDetails {

    private static final String BUCKET_LABEL = "litestream.bucket";

    private final @Nullable String bucket;
    private final String endpoint;
    private final @Nullable String region;
    private final String accessKeyId;
    private final String secretAccessKey;

    StoreDockerComposeConnectionDetails(
            RunningService service, int port, @Nullable String region, String accessKeyId, String secretAccessKey) {
        this.bucket = service.labels().get(BUCKET_LABEL);
        this.endpoint = "http://" + service.host() + ":" + service.ports().get(port);
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
