package io.litestream4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.util.FileSystemUtils;

/** The tour of the README, with the replica on S3. */
class S3Tests {

    @TempDir
    Path folder;

    private ConfigurableApplicationContext start(S3Server server) {
        Stream<String> own = Stream.of(
                "--server.port=0",
                "--spring.datasource.url=jdbc:sqlite:" + folder.resolve("data/notes.db") + "?busy_timeout=5000");
        return SpringApplication.run(
                SampleApplication.class,
                Stream.concat(Stream.of(server.arguments()), own).toArray(String[]::new));
    }

    private static RestTestClient client(ConfigurableApplicationContext application) {
        String port = application.getEnvironment().getProperty("local.server.port");
        return RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    @Test
    void noteIsThereAfterTheLossOfTheDisk() throws Exception {
        try (S3Server server = S3Server.start(folder.resolve("s3"))) {
            try (ConfigurableApplicationContext application = start(server)) {
                client(application)
                        .post()
                        .uri("/notes")
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(Map.of("text", "remember the milk"))
                        .exchange()
                        .expectStatus()
                        .isCreated();
            }
            assertThat(folder.resolve("s3/notes/app/generations")).isNotEmptyDirectory();
            assertThat(FileSystemUtils.deleteRecursively(folder.resolve("data")))
                    .isTrue();

            try (ConfigurableApplicationContext application = start(server)) {
                client(application)
                        .get()
                        .uri("/notes/1")
                        .exchange()
                        .expectStatus()
                        .isOk()
                        .expectBody()
                        .jsonPath("$.text")
                        .isEqualTo("remember the milk");
                client(application)
                        .get()
                        .uri("/actuator/litestream")
                        .exchange()
                        .expectBody()
                        .jsonPath("$.databases.main.replicas[0].url")
                        .isEqualTo("s3://notes/app")
                        .jsonPath("$.databases.main.replicas[0].requests.get")
                        .isNotEmpty();
            }
        }
        assertThat(Files.exists(folder.resolve("data/notes.db"))).isTrue();
    }
}
