package io.litestream4j.spring.boot.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;

/**
 * Makes the databases ready before any DataSource opens them: restores what is missing, then opens each for replication.
 * Every DataSource depends on this bean, so it is also the last to go: when it is destroyed the pools are closed, and the
 * last commit can be shipped.
 */
public final class LitestreamRestorer implements ApplicationRunner, InitializingBean, DisposableBean {

    /** The bean's name, for {@code @DependsOn} on a DataSource that its bean definition doesn't show. */
    public static final String BEAN_NAME = "litestreamRestorer";

    private static final Logger LOG = LoggerFactory.getLogger(LitestreamRestorer.class);

    private final LitestreamDatabases databases;
    private final Map<LitestreamDatabases.Entry, String> outcomes = new LinkedHashMap<>();
    private final @Nullable ApplicationEnd end;
    private boolean ready;

    LitestreamRestorer(LitestreamDatabases databases, @Nullable ApplicationEnd end) {
        this.databases = databases;
        this.end = end;
    }

    @Override
    public void afterPropertiesSet() {
        makeReady();
        if (!databases.isReplicating() && end != null) {
            endAfterRestore(end);
        }
    }

    /** The same again, which does nothing by now, and one line on what was done. */
    @Override
    public void run(ApplicationArguments arguments) {
        makeReady();
        if (databases.entries().isEmpty()) {
            LOG.info("Litestream: nothing is replicated. Set litestream.replica-url to the replica of the database,"
                    + " such as file:///backup/app");
        }
        logOutcomes();
    }

    /** Before anything opens what was restored: a migration or a schedule would change it. */
    private void endAfterRestore(ApplicationEnd now) {
        logOutcomes();
        if (databases.entries().isEmpty()) {
            throw new LitestreamStartException(
                    "litestream.mode is restore-only, but no database has a replica.",
                    "Set litestream.replica-url to the replica of the database.");
        }
        destroy();
        now.duringStart(0);
    }

    private void logOutcomes() {
        outcomes.forEach((entry, outcome) -> LOG.info(
                "Litestream: {} {}; {}",
                entry.database().database(),
                outcome,
                databases.isReplicating()
                        ? "replicated to " + entry.replicas()
                        : "not replicated, litestream.mode is restore-only"));
    }

    private void makeReady() {
        if (ready) {
            return;
        }
        try {
            databases.entries().forEach(entry -> outcomes.put(entry, databases.prepare(entry)));
        } catch (RuntimeException e) {
            // a bean that fails here is never destroyed: give back what is held
            destroy();
            throw e;
        }
        ready = true;
    }

    @Override
    public void destroy() {
        databases.close();
    }
}
