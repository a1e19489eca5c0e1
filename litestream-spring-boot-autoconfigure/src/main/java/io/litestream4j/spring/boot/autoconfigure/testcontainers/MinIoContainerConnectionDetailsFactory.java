package io.litestream4j.spring.boot.autoconfigure.testcontainers;

import io.litestream4j.spring.boot.autoconfigure.LitestreamReplicaConnectionDetails;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.testcontainers.containers.Container;

/** The replica in a MinIO of Testcontainers: a {@code MinIOContainer}, or any container with the name or image of MinIO. */
final class MinIoContainerConnectionDetailsFactory extends StoreContainerConnectionDetailsFactory {

    MinIoContainerConnectionDetailsFactory() {
        super(List.of("minio", "minio/minio"), "org.testcontainers.containers.MinIOContainer");
    }

    @Override
    protected LitestreamReplicaConnectionDetails getContainerConnectionDetails(
            ContainerConnectionSource<Container<?>> source) {
        return new MinIoDetails(source);
    }

    private static final class MinIoDetails extends StoreDetails {

        MinIoDetails(ContainerConnectionSource<Container<?>> source) {
            super(source, 9000);
        }

        @Override
        public @Nullable String getAccessKeyId() {
            return variable("MINIO_ROOT_USER", "minioadmin");
        }

        @Override
        public @Nullable String getSecretAccessKey() {
            return variable("MINIO_ROOT_PASSWORD", "minioadmin");
        }
    }
}
