package io.litestream4j.spring.boot.autoconfigure.docker.compose;

import io.litestream4j.spring.boot.autoconfigure.LitestreamReplicaConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;

/** The replica in a MinIO of Docker Compose. */
final class MinIoDockerComposeConnectionDetailsFactory
        extends DockerComposeConnectionDetailsFactory<LitestreamReplicaConnectionDetails> {

    MinIoDockerComposeConnectionDetailsFactory() {
        super(new String[] {"minio", "minio/minio"});
    }

    @Override
    protected @Nullable LitestreamReplicaConnectionDetails getDockerComposeConnectionDetails(
            DockerComposeConnectionSource source) {
        RunningService service = source.getRunningService();
        return StoreDockerComposeConnectionDetails.of(
                service,
                9000,
                null,
                service.env().getOrDefault("MINIO_ROOT_USER", "minioadmin"),
                service.env().getOrDefault("MINIO_ROOT_PASSWORD", "minioadmin"));
    }
}
