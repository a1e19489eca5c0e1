package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.awspring.cloud.autoconfigure.core.AwsAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.s3.S3AutoConfiguration;
import io.litestream4j.replica.RequestCounts;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import io.litestream4j.spring.boot.autoconfigure.metrics.LitestreamMetricsAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.JdbcTemplate;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;

/** Replication to a store that speaks S3, by each way to get a client for it. */
@ExtendWith(OutputCaptureExtension.class)
class S3ReplicationTests {

    @TempDir
    Path folder;

    private S3Store store;
    private Path database;

    @BeforeEach
    void start() throws Exception {
        store = S3Store.start(folder.resolve("s3"));
        database = folder.resolve("app.db");
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private ApplicationContextRunner application() {
        return Runners.jdbc()
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + database + "?busy_timeout=5000",
                        "litestream.replica-url=s3://backups/app")
                .withSystemProperties("aws.disableEc2Metadata=true", "aws.profile=none");
    }

    private ApplicationContextRunner withSpringCloudAws() {
        return application()
                .withConfiguration(AutoConfigurations.of(
                        AwsAutoConfiguration.class,
                        CredentialsProviderAutoConfiguration.class,
                        RegionProviderAutoConfiguration.class,
                        S3AutoConfiguration.class,
                        LitestreamS3AutoConfiguration.class));
    }

    private void writesAndRestores(ApplicationContextRunner runner) throws Exception {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            write(context, "one");
        });
        assertThat(store.notesIn("app", folder)).containsExactly("one");
        Sqlite.delete(database);
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(Sqlite.notes(database)).containsExactly("one");
        });
    }

    private static void write(ApplicationContext context, String note) {
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        jdbc.execute("create table if not exists note (text text)");
        jdbc.update("insert into note values (?)", note);
    }

    @Test
    void clientOfTheReplicasOwn(CapturedOutput output) throws Exception {
        writesAndRestores(application().withPropertyValues(store.keys("litestream.")));
        assertThat(output).doesNotContain(S3Store.KEY_ID, S3Store.SECRET);
    }

    @Test
    void clientOfTheReplicasOwnWhereSpringCloudAwsHasNoRegion() throws Exception {
        writesAndRestores(
                withSpringCloudAws().withPropertyValues(store.keys("litestream.databases.main.replicas.s3.")));
    }

    @Test
    void clientOfSpringCloudAws() throws Exception {
        writesAndRestores(withSpringCloudAws()
                .withPropertyValues(
                        "spring.cloud.aws.region.static=eu-central-1",
                        "spring.cloud.aws.credentials.access-key=" + S3Store.KEY_ID,
                        "spring.cloud.aws.credentials.secret-key=" + S3Store.SECRET,
                        "spring.cloud.aws.s3.endpoint=" + store.endpoint(),
                        "spring.cloud.aws.s3.path-style-access-enabled=true"));
    }

    @Test
    void clientOfTheReplicasOwnWithTheCredentialsOfSpringCloudAws() throws Exception {
        writesAndRestores(withSpringCloudAws()
                .withPropertyValues(
                        "litestream.endpoint=" + store.endpoint(),
                        "spring.cloud.aws.credentials.access-key=" + S3Store.KEY_ID,
                        "spring.cloud.aws.credentials.secret-key=" + S3Store.SECRET));
    }

    @Test
    void clientThatTheApplicationDefinesIsClosedByItAloneAndLast() throws Exception {
        OwnClient.store = store;
        CountingClient.closes.set(0);
        application().withUserConfiguration(OwnClient.class).run(context -> write(context, "one"));
        assertThat(store.notesIn("app", folder)).containsExactly("one", "while beans are destroyed");
        assertThat(CountingClient.closes).hasValue(1);
    }

    @Test
    void clientThatATenantNeedsFirstIsClosedLastAllTheSame() throws Exception {
        OwnClient.store = store;
        application()
                .withUserConfiguration(LazyClient.class)
                .withPropertyValues(
                        "litestream.replica-url=" + folder.resolve("replica"), "litestream.shutdown-timeout=5s")
                .run(context -> {
                    write(context, "main");
                    Path tenant = folder.resolve("tenant.db");
                    LitestreamDatabases databases = context.getBean(LitestreamDatabases.class);
                    databases.register("tenant", tenant, "s3://backups/tenant");
                    Sqlite.create(tenant, "tenant");
                    ((DefaultSingletonBeanRegistry) context.getBeanFactory())
                            .registerDisposableBean(
                                    "late", () -> Sqlite.execute(tenant, "insert into note values ('late')"));
                });
        assertThat(store.notesIn("tenant", folder)).containsExactly("tenant", "late");
    }

    @Test
    void severalReplicasOfOneDatabase() throws Exception {
        application()
                .withPropertyValues(store.keys("litestream."))
                .withPropertyValues(
                        "litestream.databases.main.replicas.folder.url=" + folder.resolve("copy"),
                        "litestream.databases.main.replicas.other.url=s3://backups/other")
                .run(context -> write(context, "one"));
        assertThat(store.notesIn("app", folder)).containsExactly("one");
        assertThat(store.notesIn("other", folder)).containsExactly("one");
        assertThat(Sqlite.notesIn(folder.resolve("copy"), folder)).containsExactly("one");
    }

    @Test
    void replicaThatIsDownDoesNotDelayTheOther() throws Exception {
        Sqlite.create(database);
        application()
                .withPropertyValues(store.keys("litestream."))
                .withPropertyValues(
                        "litestream.shutdown-timeout=200ms",
                        "litestream.databases.main.replicas.down.url=s3://backups/down",
                        "litestream.databases.main.replicas.down.endpoint=http://127.0.0.1:1")
                .run(context -> {
                    write(context, "one");
                    var main = context.getBean(LitestreamDatabases.class)
                            .find("main")
                            .orElseThrow();
                    assertThat(main.awaitReplicated(main.sync(), Duration.ofSeconds(20)))
                            .isTrue();
                });
        assertThat(store.notesIn("app", folder)).containsExactly("one");
    }

    @Test
    void missingDatabaseAndAStoreThatIsDown() {
        String[] keys = store.keys("litestream.");
        store.close();
        application().withPropertyValues(keys).run(context -> {
            assertThat(context).hasFailed();
            Analyzed failure = Analyzed.of(context.getStartupFailure());
            assertThat(failure.description()).contains(database.toString(), "s3://backups/app");
            assertThat(failure.action()).contains("litestream.replica-url");
        });
        assertThat(database).doesNotExist();
    }

    @Test
    void noRegionAnywhere() {
        withSpringCloudAws().run(context -> {
            assertThat(context).hasFailed();
            Analyzed failure = Analyzed.of(context.getStartupFailure());
            assertThat(failure.description()).contains("litestream.replica-url", "s3://backups/app", "no AWS region");
            assertThat(failure.action()).contains("litestream.region", "spring.cloud.aws.region.static", "AWS_REGION");
        });
    }

    @Test
    void severalClientsOfTheApplication() {
        OwnClient.store = store;
        application().withUserConfiguration(OwnClient.class, SecondClient.class).run(context -> {
            assertThat(context).hasFailed();
            Analyzed failure = Analyzed.of(context.getStartupFailure());
            assertThat(failure.description()).contains("several S3Clients", "backupClient", "secondClient");
            assertThat(failure.action()).contains("@Primary");
        });
    }

    @Test
    void replicaOnS3WithoutTheAwsSdk() {
        application()
                .withClassLoader(new FilteredClassLoader("software.amazon.awssdk", "io.awspring"))
                .run(context -> {
                    assertThat(context).hasFailed();
                    Analyzed failure = Analyzed.of(context.getStartupFailure());
                    assertThat(failure.description()).contains("litestream.replica-url", "s3://backups/app");
                    assertThat(failure.action()).contains("io.awspring.cloud:spring-cloud-aws-starter-s3");
                });
    }

    @Test
    void requestsAreCounted() {
        Sqlite.create(database);
        application()
                .withPropertyValues(store.keys("litestream."))
                .withConfiguration(AutoConfigurations.of(
                        LitestreamActuatorAutoConfiguration.class, LitestreamMetricsAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    context.getBean("litestreamMetrics", MeterBinder.class).bindTo(registry);
                    write(context, "one");
                    var main = context.getBean(LitestreamDatabases.class)
                            .find("main")
                            .orElseThrow();
                    assertThat(main.syncAll(Duration.ofSeconds(20))).isTrue();
                    RequestCounts counts = requests(context);
                    assertThat(counts.put()).isPositive();
                    assertThat(registry.get("litestream.replica.requests")
                                    .tags("db", "main", "name", "s3", "operation", "PUT", "outcome", "success")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(
                                    (double) (counts.put() - counts.failures().put()));
                    assertThat(registry.get("litestream.replica.bytes")
                                    .tags("operation", "PUT")
                                    .functionCounter()
                                    .count())
                            .isEqualTo((double) counts.bytesSent())
                            .isPositive();
                    assertThat(registry.get("litestream.replica.operation")
                                    .tags("replica_type", "s3", "operation", "PUT")
                                    .functionCounter()
                                    .count())
                            .isEqualTo((double) counts.put());
                });
    }

    private static RequestCounts requests(ApplicationContext context) {
        return context.getBean(LitestreamEndpoint.class)
                .database("main")
                .replicas()
                .get(0)
                .requests();
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnClient {

        static S3Store store;

        @Bean
        S3Client backupClient() {
            return new CountingClient(store.client());
        }

        @Bean
        DisposableBean lateCommit(JdbcTemplate jdbc) {
            return () -> jdbc.update("insert into note values ('while beans are destroyed')");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondClient {

        @Bean
        S3Client secondClient() {
            return new CountingClient(OwnClient.store.client());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyClient {

        @Bean
        @Lazy
        S3Client lazyClient() {
            return OwnClient.store.client();
        }
    }

    /** Counts how often it is closed. */
    static final class CountingClient extends DelegatingS3Client {

        static final AtomicInteger closes = new AtomicInteger();

        CountingClient(S3Client client) {
            super(client);
        }

        @Override
        public void close() {
            closes.incrementAndGet();
            super.close();
        }
    }
}
