package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A generation in Litestream 0.3.4's own layout, whose local state goes on here. */
@Timeout(60)
class OldLayoutReplicaTest {

    @TempDir
    Path folder;

    @Test
    void generationIsNotContinuedButReplacedByANewOne() throws Exception {
        Path database = Files.createDirectories(folder.resolve("data")).resolve("app.db");
        Path root = folder.resolve("replica");
        OneTimeReplication once = new OneTimeReplication(database, List.of(Restores.replica(root)));
        Sql.run(database, "create table note(text)", "insert into note values('first')");
        assertThat(once.replicate(Duration.ofSeconds(20))).isTrue();
        assertThat(once.replicate(Duration.ofSeconds(20))).isTrue();
        assertThat(Restores.generations(root)).as("it goes on as it is").hasSize(1);
        toOldLayout(root);

        assertThat(once.replicate(Duration.ofSeconds(20))).isTrue();

        assertThat(Restores.generations(root)).hasSize(2);
        Restores.assertEqual(root, database, folder.resolve("restored.db"));
    }

    private static void toOldLayout(Path root) throws Exception {
        FileReplicaClient client = new FileReplicaClient(root);
        for (WalSegmentInfo segment :
                client.walSegments(Restores.generations(root).get(0))) {
            Path file = root.resolve(ReplicaPaths.walSegment(segment.position()));
            Path old =
                    file.resolveSibling("%08x.wal".formatted(segment.position().index()));
            try (InputStream content = Lz4Frames.decompress(Files.newInputStream(file))) {
                Files.write(old, content.readAllBytes(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            Files.delete(file);
        }
    }
}
