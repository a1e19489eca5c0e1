package io.litestream4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class NotesTests {

    @TempDir
    static Path folder;

    @DynamicPropertySource
    static void inAFolderOfItsOwn(DynamicPropertyRegistry registry) {
        registry.add(
                "spring.datasource.url",
                () -> "jdbc:sqlite:" + folder.resolve("data/notes.db") + "?busy_timeout=5000&synchronous=NORMAL");
        registry.add("litestream.replica-url", () -> folder.resolve("replica").toString());
        // what is on the replica by then was waited for
        registry.add("litestream.sync-interval", () -> "1h");
    }

    @LocalServerPort
    int port;

    private RestTestClient client() {
        return RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    private RestTestClient.ResponseSpec add(Object body) {
        return client().post()
                .uri("/notes")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }

    @Test
    void writtenNoteIsFoundAgain() {
        Note note = add(Map.of("text", "  water the plants "))
                .expectStatus()
                .isCreated()
                .expectBody(Note.class)
                .returnResult()
                .getResponseBody();

        assertThat(note.text()).isEqualTo("water the plants");
        client().get()
                .uri("/notes/" + note.id())
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(Note.class)
                .isEqualTo(note);
        List<Note> newest = client().get()
                .uri("/notes?limit=1")
                .exchange()
                .expectBody(new ParameterizedTypeReference<List<Note>>() {})
                .returnResult()
                .getResponseBody();
        assertThat(newest).containsExactly(note);
    }

    @Test
    void awaitedNoteIsOnTheReplicaWhenItIsAnswered() {
        for (int i = 0; i < 3; i++) {
            client().post()
                    .uri("/notes?await=true")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(Map.of("text", "worth waiting for"))
                    .exchange()
                    .expectStatus()
                    .isCreated();
            client().get()
                    .uri("/actuator/litestream")
                    .exchange()
                    .expectBody()
                    .jsonPath("$.databases.main.replicas[0].pendingBytes")
                    .isEqualTo(0);
        }
    }

    @Test
    void unknownNoteIsAProblemDetail() {
        client().get()
                .uri("/notes/123456789")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.detail")
                .isEqualTo("there is no note 123456789");
    }

    @Test
    void blankTextIsRefused() {
        add(Map.of("text", " "))
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.detail")
                .isEqualTo("text must not be blank");
        add(Map.of("other", "x")).expectStatus().isBadRequest();
    }

    @Test
    void bulkWritesAsManyNotesAsAskedFor() {
        long before = count();
        client().post().uri("/notes/bulk?count=25").exchange().expectStatus().isCreated();
        assertThat(count()).isEqualTo(before + 25);
    }

    @Test
    void countsOutOfBoundsAreRefused() {
        for (String uri : List.of("/notes/bulk?count=0", "/notes/bulk?count=100001", "/notes/bulk?count=many")) {
            client().post().uri(uri).exchange().expectStatus().isBadRequest();
        }
        client().get()
                .uri("/notes?limit=0")
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.detail")
                .isEqualTo("limit must be from 1 to 1000, got 0");
    }

    @Test
    void pageAndActuatorAreThere() {
        String page = client().get()
                .uri("/")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        List<String> links = Pattern.compile("href=\"(actuator/[^\"]*)\"")
                .matcher(page)
                .results()
                .map(link -> link.group(1))
                .toList();
        assertThat(links)
                .contains(
                        "actuator/litestream",
                        "actuator/litestream/main/snapshots",
                        "actuator/health",
                        "actuator/metrics",
                        "actuator/prometheus");
        for (String link : links) {
            client().get().uri("/" + link).exchange().expectStatus().isOk();
        }
        client().get().uri("/actuator/info").exchange().expectStatus().isOk();
        client().get()
                .uri("/actuator/litestream")
                .exchange()
                .expectBody()
                .jsonPath("$.databases.main.file")
                .isEqualTo("notes.db")
                .jsonPath("$.databases.main.replicas[0].url")
                .isEqualTo("file:replica");
    }

    private long count() {
        Map<String, Long> body = client().get()
                .uri("/notes/count")
                .exchange()
                .expectBody(new ParameterizedTypeReference<Map<String, Long>>() {})
                .returnResult()
                .getResponseBody();
        return body.get("count");
    }
}
