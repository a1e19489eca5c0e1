package io.litestream4j.spring.boot.autoconfigure.docker.compose;

import io.litestream4j.spring.boot.autoconfigure.LitestreamReplicaConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;

/** The replica in a LocalStack of Docker Compose. */
final class LocalStackDockerComposeConnectionDetailsFactory
        extends DockerComposeConnectionDetailsFactory<LitestreamReplicaConnectionDetails> {

    LocalStackDockerComposeConnectionDetailsFactory() {
        super(new String[] {"localstack", "localstack/localstack"});
    }

    @Override
    protected @Nullable LitestreamReplicaConnectionDetails getDockerComposeConnectionDetails(
            DockerComposeConnectionSource source) {
        RunningService service = source.getRunningService();
        return StoreDockerComposeConnectionDetails.of(
                service,
                4566,
                service.env().getOrDefault("DEFAULT_REGION", "us-east-1"),
                service.env().getOrDefault("AWS_ACCESS_KEY_ID", "test"),
                service.env().getOrDefault("AWS_SECRET_ACCESS_KEY", "test"));
    }
}
