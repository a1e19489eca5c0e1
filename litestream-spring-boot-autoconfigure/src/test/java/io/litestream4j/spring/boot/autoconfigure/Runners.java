package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

/** Applications to start in tests. */
public final class Runners {

    private Runners() {}

    /** An application with a pool and transactions. */
    public static ApplicationContextRunner jdbc() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LitestreamAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class));
    }

    /** The same with a database and its replica. */
    public static ApplicationContextRunner jdbc(Path database, Path replica) {
        return jdbc().withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + database + "?busy_timeout=5000",
                        "litestream.replica-url=" + replica,
                        "litestream.shutdown-timeout=5s");
    }
}
