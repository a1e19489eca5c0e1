package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application with a web server on a port of this machine, a database {@code app.db} and a replica. */
final class WebApplication implements AutoCloseable {

    private static final String WITHOUT_SECURITY = "spring.autoconfigure.exclude="
            + "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
            + "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
            + "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration";

    private final ConfigurableApplicationContext context;
    private final HttpClient client = HttpClient.newHttpClient();

    private WebApplication(ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = {FlywayAutoConfiguration.class, HibernateJpaAutoConfiguration.class})
    static class Application {}

    /** Properties that are given last win: {@code spring.autoconfigure.exclude=} brings Spring Security. */
    static WebApplication start(Path folder, List<Class<?>> sources, String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "spring.datasource.url=jdbc:sqlite:" + folder.resolve("data/app.db"),
                "litestream.replica-url=" + folder.resolve("replica"),
                "litestream.shutdown-timeout=200ms",
                "spring.data.jpa.repositories.enabled=false",
                WITHOUT_SECURITY,
                "server.port=0",
                "server.address=127.0.0.1"));
        all.addAll(List.of(properties));
        SpringApplicationBuilder application =
                new SpringApplicationBuilder(Application.class).sources(sources.toArray(Class<?>[]::new));
        return new WebApplication(
                application.properties(all.toArray(String[]::new)).run());
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    /** Waits until every replica has everything, and it shows. */
    WebApplication replicated() throws Exception {
        Eventually.everythingIsShipped(
                context.getBean(LitestreamDatabases.class).find("main").orElseThrow());
        return this;
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).build());
    }

    HttpResponse<String> post(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        String port = context.getEnvironment().getProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        context.close();
    }
}
