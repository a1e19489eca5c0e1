package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.MinIOContainer;
import org.testcontainers.localstack.LocalStackContainer;

/** A store that something else than properties knows. No container is started: what stands for one answers as it would. */
class ConnectionDetailsTests {

    @TempDir
    Path folder;

    private ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LitestreamAutoConfiguration.class, ServiceConnectionAutoConfiguration.class))
                .withPropertyValues(
                        "litestream.databases.main.path=" + folder.resolve("app.db"),
                        "litestream.databases.main.restore.mode=never",
                        "litestream.shutdown-timeout=5s");
    }

    @Test
    void databaseIsReplicatedToTheStoreOfAContainer() throws Exception {
        Sqlite.create(folder.resolve("app.db"), "one");
        try (S3Store store = S3Store.start(folder.resolve("store"))) {
            application()
                    .withBean(
                            Port.class,
                            () -> new Port(Integer.parseInt(store.endpoint().replaceAll(".*:", ""))))
                    .withUserConfiguration(MinIo.class)
                    // keys and address of another store give way, its bucket stays
                    .withPropertyValues(
                            "litestream.replica-url=s3://backups/app",
                            "litestream.databases.main.replicas.s3.endpoint=http://127.0.0.1:1",
                            "litestream.access-key-id=other",
                            "litestream.secret-access-key=other")
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(context.getBean(LitestreamDatabases.class)
                                        .find("main")
                                        .orElseThrow()
                                        .syncAll(Duration.ofSeconds(15)))
                                .isTrue();
                        assertThat(context.getBean(LitestreamReplicaConnectionDetails.class)
                                        .toString())
                                .doesNotContain(S3Store.SECRET, S3Store.KEY_ID);
                    });
            assertThat(store.notesIn("app", folder)).containsExactly("one");
        }
    }

    @Test
    void containersThatAreAskedForByNameOrClass() {
        application()
                .withBean(Port.class, () -> new Port(1))
                .withUserConfiguration(Named.class)
                .run(context -> {
                    var details = context.getBean(LitestreamReplicaConnectionDetails.class);
                    assertThat(details.getReplicaUrl()).isEqualTo("s3://labelled/app");
                    assertThat(details.getEndpoint()).isEqualTo("http://127.0.0.1:1");
                    assertThat(details.getAccessKeyId()).isEqualTo("minioadmin");
                });
        application()
                .withBean(Port.class, () -> new Port(2))
                .withUserConfiguration(LocalStack.class)
                .run(context -> {
                    var details = context.getBean(LitestreamReplicaConnectionDetails.class);
                    assertThat(details.getReplicaUrl()).isNull();
                    assertThat(details.getEndpoint()).isEqualTo("http://127.0.0.1:2");
                    assertThat(details.getRegion()).isEqualTo("us-east-1");
                    assertThat(details.getSecretAccessKey()).isEqualTo("test");
                });
    }

    @Test
    void servicesOfDockerCompose() throws Exception {
        var minio = compose("minio/minio:latest", 9000, Map.of("litestream.bucket", "dev/app"), "MINIO_ROOT_PASSWORD");
        assertThat(minio.getReplicaUrl()).isEqualTo("s3://dev/app");
        assertThat(minio.getEndpoint()).isEqualTo("http://127.0.0.1:19000");
        assertThat(minio.getAccessKeyId()).isEqualTo("minioadmin");
        assertThat(minio.getSecretAccessKey()).isEqualTo("canary");
        assertThat(minio.toString()).doesNotContain("canary");
        var localstack = compose("localstack/localstack", 4566, Map.of(), "DEFAULT_REGION");
        assertThat(localstack.getReplicaUrl()).isNull();
        assertThat(localstack.getEndpoint()).isEqualTo("http://127.0.0.1:14566");
        assertThat(localstack.getRegion()).isEqualTo("canary");
        assertThat(localstack.getSecretAccessKey()).isEqualTo("test");
        assertThat(compose("busybox", 80, Map.of(), "x")).isNull();
    }

    @Test
    void folderHasNothingToDoWithThem() {
        application()
                .withBean(Port.class, () -> new Port(1))
                .withUserConfiguration(MinIo.class)
                .withPropertyValues("litestream.replica-url=" + folder.resolve("replica"))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void urlOfTheDetailsWins() {
        application()
                .withPropertyValues("litestream.replica-url=" + folder.resolve("replica"))
                .withBean(LitestreamReplicaConnectionDetails.class, () -> new LitestreamReplicaConnectionDetails() {
                    @Override
                    public String getReplicaUrl() {
                        return folder.resolve("other").toString();
                    }
                })
                .run(context -> assertThat(context.getBean(LitestreamDatabases.class)
                                .find("main")
                                .orElseThrow()
                                .status()
                                .replicas()
                                .get(0)
                                .url())
                        .endsWith("other"));
    }

    @Test
    void urlOfTheDetailsIsInPlaceOfTheOnlyReplicaInABucketAndNeverBesideIt() {
        application()
                .withBean(LitestreamReplicaConnectionDetails.class, ConnectionDetailsTests::ofADeveloper)
                .withPropertyValues(
                        "litestream.databases.main.replicas.offsite.url=s3://production/app",
                        "litestream.databases.main.replicas.folder.url=" + folder.resolve("replica"))
                .run(context -> assertThat(context.getBean(LitestreamDatabases.class)
                                .find("main")
                                .orElseThrow()
                                .replicas())
                        .extracting(replica ->
                                replica.name() + " " + replica.client().type())
                        .containsExactlyInAnyOrder("offsite s3", "folder file"));
        application()
                .withBean(LitestreamReplicaConnectionDetails.class, ConnectionDetailsTests::ofADeveloper)
                .withPropertyValues("litestream.databases.main.replicas.s3.url=s3://production/app")
                .run(context -> assertThat(context.getBean(LitestreamDatabases.class)
                                .find("main")
                                .orElseThrow()
                                .replicas())
                        .singleElement()
                        .satisfies(replica -> assertThat(replica.client().url()).contains("dev/app")));
    }

    @Test
    void urlOfTheDetailsIsRefusedWhereSeveralReplicasCouldBeMeant() {
        application()
                .withBean(LitestreamReplicaConnectionDetails.class, ConnectionDetailsTests::ofADeveloper)
                .withPropertyValues(
                        "litestream.databases.main.replicas.a.url=s3://production/a",
                        "litestream.databases.main.replicas.b.url=s3://production/b")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("it isn't clear which one is meant"));
    }

    @Test
    void detailsOfSeveralStoresAreNotUsedAndStopNothing() {
        application()
                .withBean("one", LitestreamReplicaConnectionDetails.class, ConnectionDetailsTests::ofADeveloper)
                .withBean("two", LitestreamReplicaConnectionDetails.class, ConnectionDetailsTests::ofADeveloper)
                .withPropertyValues("litestream.replica-url=" + folder.resolve("replica"))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void serviceWithoutAPortOnThisMachineIsNotUsed() throws Exception {
        assertThat(compose("minio/minio", 1234, Map.of(), "x")).isNull();
        assertThat(compose("localstack/localstack", 1234, Map.of(), "x")).isNull();
    }

    private static LitestreamReplicaConnectionDetails ofADeveloper() {
        return new LitestreamReplicaConnectionDetails() {

            @Override
            public String getReplicaUrl() {
                return "s3://dev/app";
            }

            @Override
            public String getEndpoint() {
                return "http://127.0.0.1:1";
            }

            @Override
            public String getAccessKeyId() {
                return "developer";
            }

            @Override
            public String getSecretAccessKey() {
                return "developer";
            }
        };
    }

    private static LitestreamReplicaConnectionDetails compose(
            String image, int port, Map<String, String> labels, String variable) throws Exception {
        Constructor<DockerComposeConnectionSource> constructor =
                DockerComposeConnectionSource.class.getDeclaredConstructor(
                        RunningService.class, org.springframework.core.env.Environment.class);
        constructor.setAccessible(true);
        DockerComposeConnectionSource source = constructor.newInstance(
                new Service(ImageReference.of(image), labels, Map.of(variable, "canary"), port),
                new StandardEnvironment());
        return (LitestreamReplicaConnectionDetails) new ConnectionDetailsFactories(null)
                .getConnectionDetails(source, false)
                .get(LitestreamReplicaConnectionDetails.class);
    }

    /** A service as Docker Compose describes it. */
    private record Service(ImageReference image, Map<String, String> labels, Map<String, String> env, int port)
            implements RunningService {

        @Override
        public String name() {
            return "store";
        }

        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public ConnectionPorts ports() {
            return new Ports(port);
        }
    }

    /** One port, which is reached ten thousand higher. */
    private record Ports(int port) implements ConnectionPorts {

        @Override
        public int get(int containerPort) {
            if (containerPort != port) {
                // as Spring Boot's own does
                throw new IllegalStateException("No host port mapping found for container port " + containerPort);
            }
            return containerPort + 10000;
        }

        @Override
        public List<Integer> getAll() {
            return List.of(port + 10000);
        }

        @Override
        public List<Integer> getAll(String protocol) {
            return getAll();
        }
    }

    /** The port at which what stands for a container is reached. */
    record Port(int number) {}

    @Configuration(proxyBeanMethods = false)
    static class MinIo {

        @Bean
        @ServiceConnection
        MinIOContainer store(Port port) {
            return new MinIOContainer("minio/minio") {
                @Override
                public void start() {
                    withEnv("MINIO_ROOT_USER", S3Store.KEY_ID).withEnv("MINIO_ROOT_PASSWORD", S3Store.SECRET);
                }

                @Override
                public String getHost() {
                    return "127.0.0.1";
                }

                @Override
                public Integer getMappedPort(int original) {
                    assertThat(original).isEqualTo(9000);
                    return port.number();
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Named {

        @Bean
        @ServiceConnection(name = "minio")
        GenericContainer<?> store(Port port) {
            return new Unstarted("example/store", port).withLabel("litestream.bucket", "labelled/app");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LocalStack {

        @Bean
        @ServiceConnection
        LocalStackContainer store(Port port) {
            // its constructor asks for a Docker engine
            LocalStackContainer container = mock(LocalStackContainer.class);
            when(container.getHost()).thenReturn("127.0.0.1");
            when(container.getMappedPort(4566)).thenReturn(port.number());
            return container;
        }
    }

    private static final class Unstarted extends GenericContainer<Unstarted> {

        private final Port port;

        Unstarted(String image, Port port) {
            super(image);
            this.port = port;
        }

        @Override
        public void start() {}

        @Override
        public String getHost() {
            return "127.0.0.1";
        }

        @Override
        public Integer getMappedPort(int original) {
            return port.number();
        }
    }
}
