package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application with many clients, each of which writes note after note. A note that was acknowledged to its client is
 * printed, as {@code ack <note>;}. It runs until it is killed, or its input ends.
 */
final class NotesProcess {

    private NotesProcess() {}

    /** Arguments: the folder, as {@link WaitingApplication} prepares it; the number of clients; milliseconds of a PUT. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Application.replica = new TestReplica(folder.resolve("replica")).delay(Long.parseLong(arguments[2]));
        Map<String, Object> properties = new TreeMap<>(Map.of(
                "spring.datasource.url",
                "jdbc:sqlite:" + folder.resolve("data/app.db")
                        + "?busy_timeout=10000&transaction_mode=IMMEDIATE&synchronous=NORMAL",
                "spring.datasource.hikari.maximum-pool-size",
                5,
                "litestream.replica-url",
                folder.resolve("broken").toString(),
                "litestream.commit.wait",
                "replicated",
                "litestream.commit.timeout",
                "30s"));
        ApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(properties)
                .run();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            String client = "client " + i;
            Thread thread = new Thread(() -> write(context, client), client);
            thread.setDaemon(true);
            thread.start();
        }
        while (System.in.read() >= 0) {
            // until whoever started this has died
        }
        Runtime.getRuntime().halt(1);
    }

    private static void write(ApplicationContext context, String client) {
        TransactionTemplate transactions = context.getBean(TransactionTemplate.class);
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        for (int i = 0; ; i++) {
            String note = client + " note " + i;
            transactions.executeWithoutResult(status -> jdbc.update("insert into note values (?)", note));
            byte[] line = ("ack " + note + ";\n").getBytes(StandardCharsets.UTF_8);
            System.out.writeBytes(line);
            System.out.flush();
        }
    }

    /** The application. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LitestreamAutoConfiguration.class,
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class
    })
    static class Application {

        static TestReplica replica;

        @Bean
        ReplicatedDatabaseCustomizer slowReplica() {
            return replica.customizer(Duration.ofSeconds(1));
        }
    }
}
