package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * A web application that stores each note that is posted to it, and answers "201 Created" with the note. It prints its
 * port as {@code port <number>}, and runs until it is killed, or its input ends.
 */
final class NotesProcess {

    private NotesProcess() {}

    /** Arguments: the folder, as {@link WaitingApplication} prepares it; least and most milliseconds of a PUT. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Application.replica = new TestReplica(folder.resolve("replica"))
                .delay(Long.parseLong(arguments[1]), Long.parseLong(arguments[2]));
        ApplicationContext context = new SpringApplicationBuilder(Application.class)
                .properties(properties(folder))
                .run();
        System.out.println("port " + context.getEnvironment().getProperty("local.server.port"));
        while (System.in.read() >= 0) {
            // until whoever started this has died
        }
        Runtime.getRuntime().halt(1);
    }

    private static Map<String, Object> properties(Path folder) {
        Map<String, Object> properties = new TreeMap<>();
        properties.put("server.port", 0);
        properties.put("server.address", "127.0.0.1");
        properties.put(
                "spring.datasource.url",
                "jdbc:sqlite:" + folder.resolve("data/app.db")
                        + "?busy_timeout=10000&transaction_mode=IMMEDIATE&synchronous=NORMAL");
        properties.put("spring.datasource.hikari.maximum-pool-size", 5);
        properties.put("litestream.replica-url", folder.resolve("broken").toString());
        properties.put("litestream.commit.wait", "replicated");
        properties.put("litestream.commit.timeout", "30s");
        return properties;
    }

    /** The application. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        LitestreamAutoConfiguration.class,
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class
    })
    @Import({Notes.class, NotesController.class})
    static class Application {

        static TestReplica replica;

        @Bean
        ReplicatedDatabaseCustomizer slowReplica() {
            return replica.customizer(Duration.ofSeconds(1));
        }
    }

    static class Notes {

        private final JdbcTemplate jdbc;

        Notes(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void add(String text) {
            jdbc.update("insert into note values (?)", text);
        }
    }

    @RestController
    static class NotesController {

        private final Notes notes;

        NotesController(Notes notes) {
            this.notes = notes;
        }

        @PostMapping("/notes")
        @ResponseStatus(HttpStatus.CREATED)
        String add(@RequestBody String text) {
            notes.add(text);
            return text;
        }
    }
}
