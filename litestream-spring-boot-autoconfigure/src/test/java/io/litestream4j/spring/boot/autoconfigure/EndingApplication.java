package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** An application with a web server, a runner that writes, and nothing in its {@code main} about exit statuses. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    LitestreamAutoConfiguration.class,
    DataSourceAutoConfiguration.class,
    DataSourceTransactionManagerAutoConfiguration.class,
    JdbcTemplateAutoConfiguration.class,
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class
})
class EndingApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(EndingApplication.class, arguments);
    }

    @Bean
    ApplicationRunner writesWhenItRuns(JdbcTemplate jdbc) {
        return arguments -> {
            jdbc.execute("create table if not exists note (text text)");
            jdbc.update("insert into note values ('by the runner')");
        };
    }

    @Bean
    LastWords lastWords(JdbcTemplate jdbc) {
        return new LastWords(jdbc);
    }

    record LastWords(JdbcTemplate jdbc) implements AutoCloseable {

        @Override
        public void close() {
            jdbc.update("insert into note values ('last words')");
        }
    }
}
