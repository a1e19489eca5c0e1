package io.litestream4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/** Each commit is to wait for a replica that can't be written. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "litestream.restore.mode=never",
            "litestream.commit.wait=replicated",
            "litestream.commit.timeout=300ms",
            "litestream.shutdown-timeout=100ms"
        })
class NotReplicatedTests {

    @TempDir
    static Path folder;

    @DynamicPropertySource
    static void aFileWhereTheFolderShouldBe(DynamicPropertyRegistry registry) throws IOException {
        Path replica = Files.writeString(folder.resolve("replica"), "no folder");
        registry.add("litestream.replica-url", replica::toString);
        registry.add(
                "spring.datasource.url", () -> "jdbc:sqlite:" + folder.resolve("data/notes.db") + "?busy_timeout=5000");
    }

    @LocalServerPort
    int port;

    @Test
    void noteThatIsNotOnTheReplicaInTimeIsAProblemDetailAndIsStored() {
        RestTestClient client = RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .build();
        client.post()
                .uri("/notes")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("text", "stored here"))
                .exchange()
                .expectStatus()
                .isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.title")
                .isEqualTo("Not on a replica yet")
                .jsonPath("$.detail")
                .value(
                        String.class,
                        detail -> assertThat(detail)
                                .contains(
                                        "The note is stored on this machine, but not on a replica yet",
                                        "Don't send it again"));
        client.get()
                .uri("/notes/1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.text")
                .isEqualTo("stored here");
    }
}
