package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application with a table {@code note} whose only replica that works is a {@link TestReplica}: the one in its
 * properties is a file where a folder should be.
 */
final class WaitingApplication {

    final Path database;
    final Path folder;
    final TestReplica replica;

    WaitingApplication(Path scratch) {
        this.folder = scratch.resolve("replica");
        this.replica = new TestReplica(folder);
        this.database = scratch.resolve("data/app.db");
        try {
            Files.createDirectories(database.getParent());
            Files.writeString(scratch.resolve("broken"), "a file where the replica's folder should be");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Sqlite.create(database);
    }

    /** With a sync interval that nobody lives to see: what is shipped in time was waited for. */
    ApplicationContextRunner runner(String... properties) {
        return Runners.jdbc(database, database.resolveSibling("../broken").normalize())
                .withPropertyValues("litestream.shutdown-timeout=100ms", "spring.datasource.hikari.maximum-pool-size=5")
                .withPropertyValues(properties)
                .withBean(
                        "testReplica",
                        ReplicatedDatabaseCustomizer.class,
                        () -> replica.customizer(Duration.ofMinutes(10)));
    }

    /** The same, where every transaction waits. */
    ApplicationContextRunner waiting(String timeout, String... properties) {
        return runner(properties)
                .withPropertyValues("litestream.commit.wait=replicated", "litestream.commit.timeout=" + timeout);
    }

    /** Lets the first snapshot pass, so that a hang later is one of a commit. */
    static void ready(ApplicationContext context) {
        context.getBean(Litestream.class).awaitReplicated(Duration.ofSeconds(20));
    }

    static void add(ApplicationContext context, String text) {
        jdbc(context).update("insert into note values (?)", text);
    }

    static JdbcTemplate jdbc(ApplicationContext context) {
        return context.getBean(JdbcTemplate.class);
    }

    /** A transaction around one note. */
    static void commit(ApplicationContext context, String text) {
        context.getBean(TransactionTemplate.class).executeWithoutResult(status -> add(context, text));
    }

    static TransactionTemplate readOnly(ApplicationContext context) {
        TransactionTemplate template = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        template.setReadOnly(true);
        return template;
    }
}
