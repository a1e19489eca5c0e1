package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.LitestreamException;
import io.litestream4j.replication.RetentionResult;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.replication.ValidationResult.Outcome;
import io.litestream4j.spring.boot.autoconfigure.LitestreamEvent.ValidationFinished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;

/** What the application asks its replicas for by the bean {@link Litestream}. */
@Timeout(60)
class LitestreamValidationTests {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private Path database;

    @BeforeEach
    void create() throws IOException {
        database = Files.createDirectories(folder.resolve("data")).resolve("app.db");
        Sqlite.create(database);
    }

    /** A database with two replicas. */
    private ApplicationContextRunner application() {
        return Runners.jdbc()
                .withPropertyValues(
                        "spring.datasource.url=jdbc:sqlite:" + database + "?busy_timeout=5000",
                        "litestream.databases.main.replicas.good.url=" + folder.resolve("good"),
                        "litestream.databases.main.replicas.damaged.url=" + folder.resolve("damaged"));
    }

    @Test
    void goodReplicaIsValidAndADamagedOneIsNot() {
        application().withBean(Listener.class).run(context -> {
            Litestream litestream = context.getBean(Litestream.class);
            WaitingApplication.commit(context, "worth a backup");
            assertThat(litestream.validate(LIMIT).get("main").values())
                    .extracting(ValidationResult::outcome)
                    .containsExactly(Outcome.VALID, Outcome.VALID);

            damage(folder.resolve("damaged"));
            Map<String, ValidationResult> results = litestream.database("main").validate(LIMIT);
            assertThat(results).containsOnlyKeys("good", "damaged");
            assertThat(results.get("good").outcome()).isEqualTo(Outcome.VALID);
            assertThat(results.get("damaged").outcome()).isEqualTo(Outcome.INVALID);

            List<ValidationFinished> heard = context.getBean(Listener.class).heard;
            Eventually.holds("four events", () -> heard.size() == 4);
            assertThat(heard).extracting(ValidationFinished::database).containsOnly("main");
            assertThat(heard)
                    .extracting(ValidationFinished::replica)
                    .containsExactly("good", "damaged", "good", "damaged");
            assertThat(heard)
                    .extracting(ValidationFinished::outcome)
                    .containsExactly(Outcome.VALID, Outcome.VALID, Outcome.VALID, Outcome.INVALID);
            assertThat(heard.get(2).position())
                    .isEqualTo(results.get("good").position())
                    .isNotNull();
            assertThat(heard)
                    .allSatisfy(event -> assertThat(event.detail()).isNotBlank().doesNotContain(folder.toString()));
        });
    }

    @Test
    void retentionIsEnforcedOnEachReplica() {
        application().run(context -> {
            Litestream litestream = context.getBean(Litestream.class);
            WaitingApplication.commit(context, "too young to be deleted");
            Eventually.holds(
                    "both replicas have it",
                    () -> litestream.status().get("main").replicas().stream()
                            .allMatch(replica -> replica.pendingBytes() == 0 && replica.position() != null));
            Map<String, RetentionResult> results = litestream.enforceRetention().get("main");
            assertThat(results).containsOnlyKeys("good", "damaged");
            assertThat(results.values()).allSatisfy(result -> {
                assertThat(result.problem()).isNull();
                assertThat(result.segmentsDeleted()).isZero();
            });
        });
    }

    @Test
    void interruptEndsAValidationAndStaysSetAndOneAfterTheReplicationHasStoppedIsRefused() {
        application().run(context -> {
            Litestream litestream = context.getBean(Litestream.class);
            WaitingApplication.ready(context);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> litestream.validate(LIMIT))
                    .isInstanceOf(LitestreamException.class)
                    .hasMessageContaining("main: the wait for the validation was interrupted");
            assertThat(Thread.interrupted()).isTrue();

            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .stop();
            assertThatThrownBy(() -> litestream.validate(LIMIT)).isInstanceOf(LitestreamException.class);
            assertThatThrownBy(litestream::enforceRetention).isInstanceOf(LitestreamException.class);
        });
    }

    /** Flips a bit in each object. */
    private static void damage(Path replica) throws IOException {
        List<Path> objects;
        try (Stream<Path> files = Files.walk(replica.resolve("generations"))) {
            objects = files.filter(Files::isRegularFile).toList();
        }
        assertThat(objects).isNotEmpty();
        for (Path object : objects) {
            byte[] bytes = Files.readAllBytes(object);
            bytes[bytes.length / 2] ^= 1;
            Files.write(object, bytes);
        }
    }

    static class Listener {

        final List<ValidationFinished> heard = new CopyOnWriteArrayList<>();

        @EventListener
        public void on(ValidationFinished event) {
            heard.add(event);
        }
    }
}
