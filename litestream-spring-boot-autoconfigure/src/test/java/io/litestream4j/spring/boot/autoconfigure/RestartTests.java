package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.replica.file.FileReplicaClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** The context is closed and made anew in one process, as Spring Boot's developer tools do. */
class RestartTests {

    @TempDir
    Path folder;

    @Test
    void restartsContinueOneGenerationAndLeaveNothingBehindAlsoAfterAFailedStart() throws Exception {
        Path database = folder.resolve("app.db");
        Path replica = folder.resolve("replica");
        Sqlite.create(database);
        Set<Thread> before = engineThreads();
        for (int restart = 0; restart < 3; restart++) {
            String note = "note " + restart;
            Runners.jdbc(database, replica)
                    .run(context -> context.getBean(JdbcTemplate.class).update("insert into note values (?)", note));
            Runners.jdbc(database, replica)
                    .withBean("broken", Object.class, () -> {
                        throw new IllegalStateException("a slip of the developer");
                    })
                    .run(context -> assertThat(context).hasFailed());
            Eventually.holds("no thread is left", () -> before.containsAll(engineThreads()));
            assertThat(ClaimedFiles.claim(database.toRealPath())).isTrue();
            ClaimedFiles.release(database.toRealPath());
        }
        try (FileReplicaClient client = new FileReplicaClient(replica)) {
            List<Generation> generations = client.generations();
            assertThat(generations).hasSize(1);
        }
        assertThat(Sqlite.notesIn(replica, folder)).containsExactly("note 0", "note 1", "note 2");
        assertThat(Files.exists(folder.resolve("app.db-wal"))).isFalse();
    }

    private static Set<Thread> engineThreads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.isAlive() || !thread.getName().startsWith("litestream"));
        return threads;
    }
}
