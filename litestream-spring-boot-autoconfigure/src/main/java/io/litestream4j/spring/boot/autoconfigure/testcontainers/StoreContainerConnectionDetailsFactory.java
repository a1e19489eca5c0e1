package io.litestream4j.spring.boot.autoconfigure.testcontainers;

import io.litestream4j.spring.boot.autoconfigure.LitestreamReplicaConnectionDetails;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.springframework.util.ClassUtils;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;

/** What the stores have in common: found by name, image or class, whose module may be missing, and a label for the bucket. */
abstract class StoreContainerConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<Container<?>, LitestreamReplicaConnectionDetails> {

    private final List<String> classNames;

    StoreContainerConnectionDetailsFactory(List<String> names, String... classNames) {
        super(names);
        this.classNames = List.of(classNames);
    }

    @Override
    protected boolean sourceAccepts(
            ContainerConnectionSource<Container<?>> source, Class<?> containerType, Class<?> detailsType) {
        return super.sourceAccepts(source, containerType, detailsType)
                || classes().anyMatch(type -> source.accepts(null, type, detailsType));
    }

    private Stream<Class<?>> classes() {
        return classNames.stream()
                .filter(name -> ClassUtils.isPresent(name, null))
                .map(name -> ClassUtils.resolveClassName(name, null));
    }

    /** What the container says. */
    abstract static class StoreDetails extends ContainerConnectionDetails<Container<?>>
            implements LitestreamReplicaConnectionDetails {

        private static final String BUCKET_LABEL = "litestream.bucket";

        private final int port;

        StoreDetails(ContainerConnectionSource<Container<?>> source, int port) {
            super(source);
            this.port = port;
        }

        @Override
        public @Nullable String getReplicaUrl() {
            String bucket = getContainer() instanceof GenericContainer<?> generic
                    ? generic.getLabels().get(BUCKET_LABEL)
                    : null;
            return bucket == null ? null : "s3://" + bucket;
        }

        @Override
        public @Nullable String getEndpoint() {
            return "http://" + getContainer().getHost() + ":" + getContainer().getMappedPort(port);
        }

        /** What the container was started with. */
        String variable(String name, String defaultValue) {
            return getContainer().getEnvMap().getOrDefault(name, defaultValue);
        }
    }
}
