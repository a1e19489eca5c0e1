package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ReplicaSettings;
import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases.Unregistered;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import io.litestream4j.spring.boot.autoconfigure.metrics.LitestreamMetricsAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.FileSystemUtils;

/** Databases that come and go while the application runs, one per tenant for example. */
@ExtendWith(OutputCaptureExtension.class)
class RegistrationTests {

    @TempDir
    Path folder;

    private ApplicationContextRunner application;

    @BeforeEach
    void application() {
        application = Runners.jdbc(folder.resolve("app.db"), folder.resolve("replica"))
                .withConfiguration(AutoConfigurations.of(
                        LitestreamActuatorAutoConfiguration.class, LitestreamMetricsAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=*");
    }

    private Path file(String tenant) {
        return folder.resolve("tenants").resolve(tenant + ".db");
    }

    private Path replica(String tenant) {
        return folder.resolve("replicas").resolve(tenant);
    }

    private ReplicatedDatabase register(ApplicationContext context, String tenant) {
        return databases(context).register(tenant, file(tenant), replica(tenant).toString());
    }

    private static LitestreamDatabases databases(ApplicationContext context) {
        return context.getBean(LitestreamDatabases.class);
    }

    @Test
    void tenantIsRestoredReplicatedAndForgotten() throws Exception {
        Sqlite.backUp(replica("a"), folder.resolve("scratch"), "before");
        application.run(context -> {
            ReplicatedDatabase tenant = register(context, "a");
            assertThat(Sqlite.notes(file("a"))).containsExactly("before");
            Sqlite.execute(file("a"), "insert into note values ('while it runs')");
            assertThat(tenant.awaitReplicated(tenant.sync(), Duration.ofSeconds(20)))
                    .isTrue();
            assertThat(databases(context).names()).containsExactlyInAnyOrder("main", "a");
            assertThat(databases(context).find("a")).contains(tenant);

            Sqlite.execute(file("a"), "insert into note values ('last')");
            assertThat(databases(context).unregister("a")).isEqualTo(Unregistered.REPLICATED);

            assertThat(databases(context).names()).containsExactly("main");
            assertThat(databases(context).unregister("a")).isEqualTo(Unregistered.UNKNOWN);
            assertThat(tenant.status().state()).isEqualTo(ReplicationStatus.State.STOPPED);
            assertThat(OpenFiles.now().orElseThrow())
                    .noneMatch(open -> open.startsWith(file("a").getParent()));
            assertThat(Sqlite.notesIn(replica("a"), folder)).containsExactly("before", "while it runs", "last");
        });
    }

    @Test
    void tenantComesBack() throws Exception {
        application.run(context -> {
            for (String note : List.of("one", "two")) {
                register(context, "a");
                Sqlite.execute(
                        file("a"),
                        "pragma journal_mode=wal",
                        "create table if not exists note (text text)",
                        "insert into note values ('" + note + "')");
                databases(context).unregister("a");
            }
        });
        assertThat(Sqlite.notesIn(replica("a"), folder)).containsExactly("one", "two");
    }

    @Test
    void tenantThatIsStillThereAtTheEndIsShippedWithTheOthers() throws Exception {
        application.run(context -> {
            register(context, "a");
            Sqlite.create(file("a"), "one");
        });
        assertThat(Sqlite.notesIn(replica("a"), folder)).containsExactly("one");
        assertThat(OpenFiles.now().orElseThrow()).noneMatch(open -> open.startsWith(folder));
    }

    @Test
    void everyKeyCanBeGiven() {
        application.withPropertyValues("litestream.sync-interval=7s").run(context -> {
            LitestreamProperties.Database keys = new LitestreamProperties.Database();
            keys.setPath(file("a").toString());
            keys.setMonitorInterval(Duration.ofSeconds(3));
            for (String name : List.of("one", "two")) {
                LitestreamProperties.Replica replica = new LitestreamProperties.Replica();
                replica.setUrl(replica(name).toString());
                replica.setRetention(Duration.ofHours(49));
                keys.getReplicas().put(name, replica);
            }
            databases(context).register("a", keys);
            DatabaseSetup setup = databases(context).entries().get(1).setup();
            assertThat(setup.settings().monitorInterval()).hasSeconds(3);
            assertThat(setup.replicas()).hasSize(2);
            assertThat(setup.replicas().get(1).settings().syncInterval()).hasSeconds(7);
            assertThat(setup.replicas().get(1).settings().retention()).hasHours(49);
        });
    }

    @Test
    void tenantIsSeenInEndpointHealthAndMetricsAsLongAsItIsThere() {
        application.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            context.getBean("litestreamMetrics", MeterBinder.class).bindTo(registry);
            int before = registry.getMeters().size();

            register(context, "a");
            assertThat(registry.find("litestream.replica.lag").tag("db", "a").timeGauge())
                    .isNotNull();
            assertThat(context.getBean(LitestreamEndpoint.class).database("a")).isNotNull();
            assertThat(context.getBean(HealthIndicator.class).health().getDetails())
                    .containsKey("a");

            databases(context).unregister("a");
            assertThat(registry.getMeters()).hasSize(before);
            assertThat(registry.find("litestream.replicating").tag("db", "main").gauge())
                    .isNotNull();
            assertThat(context.getBean(LitestreamEndpoint.class).report().databases())
                    .doesNotContainKey("a");
            assertThat(context.getBean(HealthIndicator.class).health().getDetails())
                    .doesNotContainKey("a");
        });
    }

    @Test
    void whatIsTakenIsRefusedAndNothingIsLeftBehind() {
        application.run(context -> {
            register(context, "a");
            LitestreamDatabases databases = databases(context);
            assertThatThrownBy(() ->
                            databases.register("a", file("b"), replica("b").toString()))
                    .isInstanceOf(LitestreamStartException.class)
                    .hasMessageContaining("a database \"a\" already");
            assertThatThrownBy(() ->
                            databases.register("b", file("a"), replica("b").toString()))
                    .hasMessageContaining(file("a").toString());
            assertThatThrownBy(() ->
                            databases.register("b", file("b"), replica("a").toString()))
                    .hasMessageContaining(replica("a").toString());
            assertThatThrownBy(() -> databases.register("b", file("b"), "ftp://host/x"))
                    .hasMessageContaining("ftp://host/x");
            assertThatThrownBy(() -> databases.register("b", new LitestreamProperties.Database()))
                    .hasMessageContaining("no replica");
            assertThat(databases.names()).containsExactlyInAnyOrder("main", "a");
            register(context, "b");
        });
    }

    @Test
    void tenantThatCannotBeRestoredCanBeRegisteredLater() throws Exception {
        Files.createDirectories(replica("a").getParent());
        Files.writeString(replica("a"), "a file");
        application.run(context -> {
            assertThatThrownBy(() -> register(context, "a"))
                    .isInstanceOf(LitestreamStartException.class)
                    .hasMessageContaining(file("a").toString());
            assertThat(file("a")).doesNotExist();
            Files.delete(replica("a"));
            assertThat(register(context, "a").database()).isEqualTo(file("a"));
        });
    }

    @Test
    void fileThatIsOpenAlreadyAndMissingIsNotReplaced() throws Exception {
        Sqlite.backUp(replica("a"), folder.resolve("scratch"), "backup");
        Files.createDirectories(file("a").getParent());
        application.run(context -> {
            try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + file("a"))) {
                open.createStatement().execute("pragma user_version");
                assertThatThrownBy(() -> register(context, "a")).hasMessageContaining("was opened by this application");
            }
        });
    }

    @Test
    void manyTenantsComeAndGoAtTheSameTime() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        application.run(context -> {
            List<Future<Unregistered>> tasks = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String tenant = "t" + i;
                boolean goes = i % 2 == 0;
                tasks.add(threads.submit(() -> {
                    register(context, tenant);
                    Sqlite.create(file(tenant), tenant);
                    return goes ? databases(context).unregister(tenant) : Unregistered.REPLICATED;
                }));
            }
            for (Future<Unregistered> task : tasks) {
                assertThat(task.get()).isEqualTo(Unregistered.REPLICATED);
            }
            assertThat(databases(context).names()).hasSize(13);
        });
        threads.shutdown();
        for (int i = 0; i < 24; i++) {
            assertThat(Sqlite.notesIn(replica("t" + i), folder.resolve("out" + i)))
                    .containsExactly("t" + i);
        }
    }

    @Test
    void sameNameFromTwoThreadsIsRegisteredOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        application.run(context -> {
            List<Future<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(threads.submit(() -> {
                    try {
                        register(context, "a");
                        return true;
                    } catch (LitestreamStartException e) {
                        return false;
                    }
                }));
            }
            int registered = 0;
            for (Future<Boolean> task : tasks) {
                registered += task.get() ? 1 : 0;
            }
            assertThat(registered).isEqualTo(1);
        });
        threads.shutdown();
    }

    @Test
    void tenantRegisteredWhileBeansAreMadeIsReplicatedFromTheStart() throws Exception {
        EarlyTenant.file = file("early");
        EarlyTenant.replica = replica("early");
        application.withUserConfiguration(EarlyTenant.class).run(context -> {
            Sqlite.create(file("early"), "one");
            ReplicatedDatabase tenant = databases(context).find("early").orElseThrow();
            tenant.open();
            assertThat(tenant.awaitReplicated(tenant.sync(), Duration.ofSeconds(20)))
                    .isTrue();
        });
        assertThat(Sqlite.notesIn(replica("early"), folder)).containsExactly("one");
    }

    @Test
    void afterTheEndNothingIsRegistered() {
        LitestreamDatabases[] databases = new LitestreamDatabases[1];
        application.run(context -> databases[0] = databases(context));
        assertThatThrownBy(
                        () -> databases[0].register("a", file("a"), replica("a").toString()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void copyOfSomebodyElsesDatabaseIsOnlyRestored() throws Exception {
        Sqlite.backUp(replica("a"), folder.resolve("scratch"), "before");
        application
                .withPropertyValues("litestream.mode=restore-only", "litestream.restore.fail-if-no-backup=false")
                .run(context -> {
                    ReplicatedDatabase tenant = register(context, "a");
                    assertThat(Sqlite.notes(file("a"))).containsExactly("before");
                    assertThat(tenant.status().state()).isNotEqualTo(ReplicationStatus.State.REPLICATING);
                });
    }

    @Test
    void tenantWhoseReplicaIsAwayIsNotReplicatedWhenItGoes() throws Exception {
        application.withPropertyValues("litestream.shutdown-timeout=300ms").run(context -> {
            register(context, "a");
            assertThat(FileSystemUtils.deleteRecursively(replica("a"))).isTrue();
            Files.writeString(replica("a"), "a file");
            Sqlite.create(file("a"), "one");
            assertThat(databases(context).unregister("a")).isEqualTo(Unregistered.NOT_REPLICATED);
        });
    }

    @Test
    void tenantThatComesAfterTheReplicationWasStoppedIsShippedAtTheEnd() throws Exception {
        application.run(context -> {
            context.getBean(LitestreamLifecycle.class).stop();
            register(context, "a");
            Sqlite.create(file("a"), "late");
        });
        assertThat(Sqlite.notesIn(replica("a"), folder)).containsExactly("late");
    }

    /** Its threads and its client are those of the application. */
    @Test
    void theEndWaitsForATenantThatIsBeingUnregistered() throws Exception {
        TestReplica slow = new TestReplica(folder.resolve("slow"));
        ExecutorService threads = Executors.newSingleThreadExecutor();
        List<Future<Unregistered>> going = new ArrayList<>();
        application
                .withBean(ReplicatedDatabaseCustomizer.class, () -> only("a", slow))
                .run(context -> {
                    register(context, "a");
                    slow.delay(1500);
                    Sqlite.create(file("a"), "one");
                    going.add(threads.submit(() -> databases(context).unregister("a")));
                    Eventually.holds(
                            "it is hidden", () -> !databases(context).names().contains("a"));
                });
        assertThat(going.get(0).get()).isEqualTo(Unregistered.REPLICATED);
        threads.shutdown();
        assertThat(Sqlite.notesIn(folder.resolve("slow"), folder)).containsExactly("one");
    }

    @Test
    void waitingForEverythingWaitsForTenantsTooAsLongAsTheyAreThere() throws Exception {
        application.withPropertyValues("litestream.sync-interval=10m").run(context -> {
            Litestream litestream = context.getBean(Litestream.class);
            Sqlite.create(folder.resolve("app.db"), "main");
            register(context, "a");
            Sqlite.create(file("a"), "one");
            litestream.awaitReplicated(Duration.ofSeconds(20));
            Sqlite.execute(file("a"), "insert into note values ('two')");
            litestream.awaitReplicated(Duration.ofSeconds(20));
            assertThat(litestream.databases()).containsExactlyInAnyOrder("main", "a");
            assertThat(Sqlite.notesIn(replica("a"), folder)).containsExactly("one", "two");

            databases(context).unregister("a");
            assertThat(litestream.databases()).containsExactly("main");
            litestream.awaitReplicated(Duration.ofSeconds(20));
        });
    }

    @Test
    void interruptDoesNotKeepDatabasesFromBeingShippedAtTheEnd() throws Exception {
        TestReplica slow = new TestReplica(folder.resolve("slow"));
        application
                .withBean(ReplicatedDatabaseCustomizer.class, () -> only("a", slow))
                .run(context -> {
                    Sqlite.create(folder.resolve("app.db"), "main");
                    register(context, "a");
                    slow.delay(500);
                    Sqlite.create(file("a"), "one");
                    Thread.currentThread().interrupt();
                    databases(context).close();
                    assertThat(Thread.interrupted()).isTrue();
                    assertThat(databases(context).closedComplete()).isTrue();
                });
        assertThat(Sqlite.notesIn(folder.resolve("slow"), folder)).containsExactly("one");
    }

    private static ReplicatedDatabaseCustomizer only(String database, TestReplica replica) {
        return (name, builder) -> {
            if (name.equals(database)) {
                builder.replica(new Replica("test", replica), ReplicaSettings.defaults());
            }
        };
    }

    @Test
    void registrationIsLogged(CapturedOutput output) {
        application.run(context -> register(context, "a"));
        assertThat(output).contains("registered as a");
    }

    @Configuration(proxyBeanMethods = false)
    static class EarlyTenant {

        static Path file;
        static Path replica;

        @Bean
        InitializingBean earlyTenant(LitestreamDatabases databases) {
            return () -> databases.register("early", file, replica.toString());
        }
    }
}
