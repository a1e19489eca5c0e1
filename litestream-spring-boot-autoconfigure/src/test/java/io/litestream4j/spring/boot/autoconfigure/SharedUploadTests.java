package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fifty clients on a pool of five. */
@Timeout(120)
class SharedUploadTests {

    private static final int CLIENTS = 50;
    private static final int NOTES = 5;

    @TempDir
    Path folder;

    @Test
    void moreClientsShareAnUploadThanThePoolHasConnections() {
        WaitingApplication application = new WaitingApplication(folder);
        application.replica.delay(100);
        application.waiting("30s").run(context -> {
            WaitingApplication.ready(context);
            int before = application.replica.segments();
            Map<Integer, Integer> releasedByUpload = new ConcurrentHashMap<>();
            Clients.run(CLIENTS, client -> {
                for (int i = 0; i < NOTES; i++) {
                    WaitingApplication.commit(context, "client " + client + " note " + i);
                    releasedByUpload.merge(application.replica.segments(), 1, Integer::sum);
                }
            });
            int uploads = application.replica.segments() - before;
            System.out.println(
                    "shared uploads: " + CLIENTS * NOTES + " commits in " + uploads + " uploads, " + releasedByUpload);
            assertThat(context.getBean(HikariDataSource.class).getMaximumPoolSize())
                    .isEqualTo(5);
            assertThat(releasedByUpload.values()).anyMatch(together -> together > 5);
            assertThat(uploads).isLessThan(CLIENTS * NOTES / 5);
            assertThat(Sqlite.notesIn(application.folder, folder.resolve("scratch")))
                    .hasSize(CLIENTS * NOTES);
        });
    }
}
