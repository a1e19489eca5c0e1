package io.litestream4j.spring.boot.autoconfigure.testcontainers;

import io.litestream4j.spring.boot.autoconfigure.LitestreamReplicaConnectionDetails;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.testcontainers.containers.Container;

/** The replica in a LocalStack of Testcontainers: a {@code LocalStackContainer}, or any with its name or image. */
final class LocalStackContainerConnectionDetailsFactory extends StoreContainerConnectionDetailsFactory {

    LocalStackContainerConnectionDetailsFactory() {
        super(
                List.of("localstack", "localstack/localstack"),
                "org.testcontainers.localstack.LocalStackContainer",
                "org.testcontainers.containers.localstack.LocalStackContainer");
    }

    @Override
    protected LitestreamReplicaConnectionDetails getContainerConnectionDetails(
            ContainerConnectionSource<Container<?>> source) {
        return new LocalStackDetails(source);
    }

    private static final class LocalStackDetails extends StoreDetails {

        LocalStackDetails(ContainerConnectionSource<Container<?>> source) {
            super(source, 4566);
        }

        @Override
        public @Nullable String getRegion() {
            return variable("DEFAULT_REGION", "us-east-1");
        }

        @Override
        public @Nullable String getAccessKeyId() {
            return variable("AWS_ACCESS_KEY_ID", "test");
        }

        @Override
        public @Nullable String getSecretAccessKey() {
            return variable("AWS_SECRET_ACCESS_KEY", "test");
        }
    }
}
