package io.litestream4j.spring.boot.autoconfigure;

import static io.litestream4j.spring.boot.autoconfigure.WaitingApplication.add;
import static io.litestream4j.spring.boot.autoconfigure.WaitingApplication.commit;
import static io.litestream4j.spring.boot.autoconfigure.WaitingApplication.jdbc;
import static io.litestream4j.spring.boot.autoconfigure.WaitingApplication.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.litestream4j.LitestreamException;
import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ReplicaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** litestream.commit.wait=replicated. Where nobody may wait the replica hangs, so that a wait is an exception. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class CommitWaitTests {

    @TempDir
    Path folder;

    private WaitingApplication application;

    @BeforeEach
    void prepare() {
        application = new WaitingApplication(folder);
    }

    @AfterEach
    void release() {
        application.replica.fail(true).hang(false);
    }

    @Test
    void transactionTemplateReturnsWhenTheReplicaHasTheTransaction() {
        application.waiting("20s").run(context -> {
            for (int i = 0; i < 5; i++) {
                commit(context, "note " + i);
                assertThat(inReplica()).hasSize(i + 1).endsWith("note " + i);
            }
        });
    }

    @Test
    void transactionalMethodReturnsWhenTheReplicaHasTheTransaction() {
        application.waiting("20s").withBean(Service.class).run(context -> {
            context.getBean(Service.class).add("first", jdbc(context));
            assertThat(inReplica()).containsExactly("first");
        });
    }

    @Test
    void switchedOffNobodyWaits() {
        application.replica.hang(true);
        application.runner("litestream.commit.wait=off").run(context -> {
            commit(context, "not waited for");
            assertThat(AopUtils.isAopProxy(context.getBean(PlatformTransactionManager.class)))
                    .isFalse();
        });
    }

    @Test
    void databaseThatIsMadeByTheFirstTransactionIsWaitedFor() throws Exception {
        Sqlite.delete(application.database);
        application.waiting("20s", "litestream.restore.mode=never").run(context -> {
            context.getBean(TransactionTemplate.class).executeWithoutResult(status -> {
                jdbc(context).execute("create table note (text text)");
                add(context, "first");
            });
            assertThat(inReplica()).containsExactly("first");
        });
    }

    @Test
    void readOnlyTransactionNeverWaits() {
        application.waiting("30s").run(context -> {
            ready(context);
            application.replica.hang(true);
            add(context, "not shipped");
            within(
                    Duration.ofSeconds(10),
                    () -> assertThat(WaitingApplication.readOnly(context)
                                    .<List<String>>execute(status -> notes(context)))
                            .containsExactly("not shipped"));
        });
    }

    @Test
    void transactionThatChangedNothingDoesNotWait() {
        application.waiting("200ms").run(context -> {
            ready(context);
            application.replica.hang(true);
            assertThatThrownBy(() -> commit(context, "not shipped")).isInstanceOf(CommitNotReplicatedException.class);
            assertThat(context.getBean(TransactionTemplate.class).<List<String>>execute(status -> notes(context)))
                    .containsExactly("not shipped");
        });
    }

    @Test
    void rolledBackTransactionDoesNotWait() {
        application.waiting("200ms").run(context -> {
            ready(context);
            application.replica.hang(true);
            TransactionTemplate transactions = context.getBean(TransactionTemplate.class);
            transactions.executeWithoutResult(status -> {
                add(context, "marked for rollback");
                status.setRollbackOnly();
            });
            assertThatThrownBy(() -> transactions.executeWithoutResult(status -> {
                        add(context, "ended by an exception");
                        throw new IllegalStateException("of the application");
                    }))
                    .hasMessage("of the application");
            assertThat(notes(context)).isEmpty();
        });
    }

    @Test
    void transactionInsideAnotherLeavesTheWaitToTheOuterOne() {
        application.waiting("200ms").run(context -> {
            ready(context);
            application.replica.hang(true);
            assertThatThrownBy(() -> context.getBean(TransactionTemplate.class).executeWithoutResult(outer -> {
                        commit(context, "inner");
                        add(context, "outer");
                    }))
                    .isInstanceOf(CommitNotReplicatedException.class);
            assertThat(notes(context)).containsExactly("inner", "outer");
        });
    }

    @Test
    void afterATimeoutTheTransactionIsCommittedAndTheExceptionSaysSo() {
        application.waiting("200ms").run(context -> {
            ready(context);
            application.replica.hang(true);
            assertThatThrownBy(() -> commit(context, "kept"))
                    .isInstanceOf(CommitNotReplicatedException.class)
                    .isInstanceOf(LitestreamException.class)
                    .isNotInstanceOf(TransactionException.class)
                    .hasMessageContainingAll(
                            "main: committed on the local disk", "no replica confirmed it within 200 ms")
                    .hasMessageContainingAll("test is REPLICATING", "Nothing is rolled back: don't repeat it")
                    .satisfies(thrown -> assertThat(((CommitNotReplicatedException) thrown).position())
                            .isNotNull());
            assertThat(TransactionSynchronizationManager.isSynchronizationActive())
                    .isFalse();
            assertThat(notes(context)).containsExactly("kept");

            application.replica.hang(false);
            ready(context);
            assertThat(inReplica()).containsExactly("kept");
        });
    }

    @Test
    void replicaThatIsDownIsWaitedForAndItsReturnReleasesTheWaiter() {
        application.waiting("20s").run(context -> {
            ready(context);
            application.replica.fail(true);
            CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> commit(context, "patient"));
            Eventually.holds("degraded", () -> status(context).contains("the replica is down"));
            assertThat(waiter).isNotDone();
            application.replica.fail(false);
            waiter.get();
            assertThat(inReplica()).containsExactly("patient");
        });
    }

    @Test
    void replicaThatStaysDownIsATimeout() {
        application.waiting("300ms").run(context -> {
            application.replica.fail(true);
            assertThatThrownBy(() -> commit(context, "kept"))
                    .isInstanceOf(CommitNotReplicatedException.class)
                    .hasMessageContaining("within 300 ms");
            assertThat(notes(context)).containsExactly("kept");
        });
    }

    @Test
    void interruptEndsTheWaitAndStaysSet() {
        application.waiting("30s").run(context -> {
            ready(context);
            application.replica.hang(true);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> commit(context, "kept"))
                    .isInstanceOf(CommitNotReplicatedException.class)
                    .hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(notes(context)).containsExactly("kept");
        });
    }

    @Test
    void commitAfterTheReplicationWasStoppedIsRefusedAnAcknowledgementAtOnce() {
        application.waiting("30s").run(context -> {
            ready(context);
            ConfigurableApplicationContext running =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            running.stop();
            within(
                    Duration.ofSeconds(10),
                    () -> assertThatThrownBy(() -> commit(context, "late"))
                            .isInstanceOf(CommitNotReplicatedException.class)
                            .hasMessageContaining("replication has been stopped"));
            running.start();
            commit(context, "later");
            assertThat(inReplica()).containsExactly("late", "later");
        });
    }

    @Test
    void standbyDoesNotAcknowledge() {
        application.runner().run(leader -> {
            ready(leader);
            application.waiting("300ms").run(standby -> {
                assertThatThrownBy(() -> commit(standby, "kept"))
                        .isInstanceOf(CommitNotReplicatedException.class)
                        .hasMessageContaining("STANDBY");
                assertThat(notes(standby)).containsExactly("kept");
            });
        });
    }

    @Test
    void commitWhileBeansAreMadeDoesNotWait() {
        application.replica.hang(true);
        application.waiting("30s").withUserConfiguration(WritesAtOnce.class).run(context -> {
            assertThat(context).hasNotFailed();
            application.replica.hang(false);
            ready(context);
            assertThat(inReplica()).containsExactly("early");
        });
    }

    @Test
    void foreignPoolIsLeftAlone() {
        HikariDataSource foreign = new HikariDataSource();
        foreign.setJdbcUrl(((DriverManagerDataSource) foreign()).getUrl());
        application
                .waiting("200ms")
                .withBean("foreign", JdbcTransactionManager.class, () -> new JdbcTransactionManager(foreign))
                .run(context -> {
                    ready(context);
                    application.replica.hang(true);
                    add(context, "pending");
                    // not even a proxy: its class is still visible
                    assertForeignCommits(context.getBean("foreign", JdbcTransactionManager.class), foreign);
                });
        foreign.close();
    }

    @Test
    void poolThatDoesNotTellItsFileIsAskedWithItsConnection() {
        DataSource ours = new DriverManagerDataSource("jdbc:sqlite:" + application.database + "?busy_timeout=5000");
        DataSource foreign = foreign();
        application
                .waiting("20s", "litestream.databases.main.path=" + application.database)
                .withBean("ours", JdbcTransactionManager.class, () -> new JdbcTransactionManager(ours))
                .withBean("foreign", JdbcTransactionManager.class, () -> new JdbcTransactionManager(foreign))
                .run(context -> {
                    new TransactionTemplate(context.getBean("ours", PlatformTransactionManager.class))
                            .executeWithoutResult(
                                    status -> new JdbcTemplate(ours).update("insert into note values ('ours')"));
                    assertThat(inReplica()).containsExactly("ours");

                    application.replica.hang(true);
                    add(context, "pending");
                    within(
                            Duration.ofSeconds(10),
                            () -> assertForeignCommits(
                                    context.getBean("foreign", PlatformTransactionManager.class), foreign));
                });
    }

    @Test
    void routingWaitsOnlyForTheDatabaseThatTheTransactionIsIn() {
        DataSource ours = new DriverManagerDataSource("jdbc:sqlite:" + application.database + "?busy_timeout=5000");
        DataSource foreign = foreign();
        boolean[] toForeign = new boolean[1];
        AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {
            @Override
            protected Object determineCurrentLookupKey() {
                return toForeign[0] ? "foreign" : "ours";
            }
        };
        routing.setTargetDataSources(Map.of("ours", ours, "foreign", foreign));
        application
                .waiting("20s", "litestream.databases.main.path=" + application.database)
                .withBean("dataSource", DataSource.class, () -> routing)
                .run(context -> {
                    commit(context, "ours");
                    assertThat(inReplica()).containsExactly("ours");
                    application.replica.hang(true);
                    Sqlite.execute(application.database, "insert into note values ('pending')");
                    toForeign[0] = true;
                    within(Duration.ofSeconds(10), () -> commit(context, "foreign"));
                });
    }

    @Test
    void routingToATenantThatWasRegisteredLaterWaitsForIt() throws Exception {
        Path broken = Files.writeString(application.folder.resolveSibling("a-file"), "no folder");
        Path file = application.database.resolveSibling("tenant.db");
        DataSource ours = new DriverManagerDataSource("jdbc:sqlite:" + application.database + "?busy_timeout=5000");
        DataSource tenant = new DriverManagerDataSource("jdbc:sqlite:" + file + "?busy_timeout=5000");
        boolean[] toTenant = new boolean[1];
        AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {
            @Override
            protected Object determineCurrentLookupKey() {
                return toTenant[0] ? "tenant" : "ours";
            }
        };
        routing.setTargetDataSources(Map.of("ours", ours, "tenant", tenant));
        TestReplica replica = new TestReplica(application.folder.resolveSibling("tenant-replica"));
        application
                // the application's replica gets what both databases have
                .waiting(
                        "500ms",
                        "litestream.databases.main.path=" + application.database,
                        "litestream.lease.enabled=false")
                .withBean("dataSource", DataSource.class, () -> routing)
                .withBean("tenantReplica", ReplicatedDatabaseCustomizer.class, () -> (name, builder) -> {
                    if (name.equals("tenant")) {
                        builder.replica(new Replica("tenant", replica), ReplicaSettings.defaults());
                    }
                })
                .run(context -> {
                    ready(context);
                    application.replica.hang(true);
                    Sqlite.create(file);
                    context.getBean(LitestreamDatabases.class).register("tenant", file, broken.toString());
                    replica.hang(true);
                    toTenant[0] = true;
                    assertThatThrownBy(() -> commit(context, "not safe"))
                            .isInstanceOf(CommitNotReplicatedException.class)
                            .hasMessageContaining("tenant");
                    replica.hang(false);
                    application.replica.hang(false);
                });
    }

    @Test
    void beansThatAreMadeLateWaitAsWell() {
        application
                .waiting("20s")
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    commit(context, "first");
                    assertThat(inReplica()).containsExactly("first");
                });
    }

    @Test
    void applicationWithoutTransactionsStarts() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(LitestreamAutoConfiguration.class, DataSourceAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + application.database,
                        "litestream.replica-url=" + folder.resolve("other"),
                        "litestream.commit.wait=replicated")
                .withClassLoader(new FilteredClassLoader("org.springframework.transaction", "org.springframework.orm"))
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(CommitWaits.class);
                    ready(context);
                });
    }

    @Test
    void waitWithoutAnythingReplicatedIsReported(CapturedOutput output) {
        Runners.jdbc()
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + application.database,
                        "litestream.commit.wait=replicated")
                .run(context -> {
                    commit(context, "kept");
                    assertThat(output).contains("litestream.commit.wait is set, but nothing is replicated");
                    assertThatThrownBy(() -> ready(context)).hasMessageContaining("nothing is replicated");
                });
    }

    private void assertForeignCommits(PlatformTransactionManager manager, DataSource dataSource) {
        new TransactionTemplate(manager)
                .executeWithoutResult(
                        status -> new JdbcTemplate(dataSource).update("insert into note values ('foreign')"));
    }

    private DataSource foreign() {
        Path other = folder.resolve("data/foreign.db");
        if (Files.notExists(other)) {
            Sqlite.create(other);
        }
        return new DriverManagerDataSource("jdbc:sqlite:" + other);
    }

    private List<String> inReplica() throws Exception {
        return Sqlite.notesIn(application.folder, folder.resolve("scratch"));
    }

    private static List<String> notes(org.springframework.context.ApplicationContext context) {
        return jdbc(context).queryForList("select text from note", String.class);
    }

    private static String status(org.springframework.context.ApplicationContext context) {
        return context.getBean(Litestream.class).status().toString();
    }

    private static void within(Duration limit, Runnable work) {
        long begun = System.nanoTime();
        work.run();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(limit);
    }

    static class Service {

        @Transactional
        public void add(String text, JdbcTemplate jdbc) {
            jdbc.update("insert into note values (?)", text);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WritesAtOnce {

        @Bean
        InitializingBean writer(TransactionTemplate transactions, JdbcTemplate jdbc) {
            return () -> transactions.executeWithoutResult(status -> jdbc.update("insert into note values ('early')"));
        }
    }
}
