package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restored files equal, byte for byte, what SQLite's own checkpoint makes of the same WAL. */
class PagesTest {

    @TempDir
    Path folder;

    @ParameterizedTest(name = "page size {0}")
    @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
    void everyPageSize(int pageSize) throws IOException, SQLException {
        try (TestHistory history = new TestHistory(folder, pageSize).snapshot()) {
            history.insert(40, 700).ship();
            history.run("delete from item where id % 3 = 0").ship();
            history.seal().insert(20, 3000).ship();

            assertThat(newest(history, 256 << 10)).isEqualTo(history.state());
        }
    }

    @Test
    void checksumsOverBigEndianWords() throws IOException, SQLException {
        try (TestHistory history =
                new TestHistory(folder, 4096).withBigEndianChecksums().snapshot()) {
            history.insert(40, 700).ship();
            history.insert(3, 70).ship();
            assertThat(history.wal()).startsWith(0x37, 0x7f, 0x06, 0x83);

            assertThat(newest(history, 256 << 10)).isEqualTo(history.state());
        }
    }

    @Test
    void transactionLargerThanTheBuffer() throws IOException, SQLException {
        try (TestHistory history = new TestHistory(folder, 1024).snapshot()) {
            history.insert(50, 900).ship();
            // a small cache makes SQLite write pages of one transaction to the WAL more than once
            history.run("pragma cache_size=10", "begin");
            for (int i = 0; i < 20; i++) {
                history.insert(20, 900).run("update item set body = randomblob(800) where id % 7 = " + i % 7);
            }
            history.run("commit").ship();
            history.insert(1, 10).ship();

            assertThat(newest(history, 16 << 10)).isEqualTo(history.state());
            assertThat(newest(history, 1)).isEqualTo(history.state());
        }
    }

    @Test
    void shrinkByVacuumAndGrowthAfterIt() throws IOException, SQLException {
        try (TestHistory history = new TestHistory(folder, 4096).snapshot()) {
            history.insert(200, 3000).ship();
            history.seal().run("delete from item where id > 5", "vacuum").ship();
            byte[] small = history.state();
            history.insert(100, 3000).ship();
            byte[] large = history.state();

            assertThat(newest(history, 256 << 10)).isEqualTo(large);
            assertThat(RestoreFolder.bytes(
                            RestoreFolder.RESTORER,
                            RestoreFolder.request(
                                    folder.resolve("small.db"),
                                    request -> request.timestamp(history.now().minusSeconds(1)),
                                    history.replica())))
                    .isEqualTo(small)
                    .hasSizeLessThan(large.length);
        }
    }

    @Test
    void segmentThatEndsInsideATransactionCountsOnlyUpToTheCommit() throws IOException, SQLException {
        try (TestHistory history = new TestHistory(folder, 4096).snapshot()) {
            history.insert(1, 10).insert(30, 3000);
            int committed = WalBytes.commits(history.wal()).get(0);
            history.ship(committed + 3 * 4120);

            RestoreResult result = RestoreFolder.RESTORER.restore(
                    RestoreFolder.request(folder.resolve("restored.db"), request -> {}, history.replica()));

            assertThat(result.position()).isEqualTo(new Position(history.generation, 0, committed));
            assertThat(result.target()).hasBinaryContent(history.state(committed));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomPrograms(long seed) throws IOException, SQLException {
        Random random = new Random(seed);
        int pageSize = 512 << random.nextInt(5);
        String vacuum = "pragma auto_vacuum=" + random.nextInt(3);
        List<byte[]> states = new ArrayList<>();
        try (TestHistory history = new TestHistory(folder, pageSize, vacuum).snapshot()) {
            for (int index = 0; index < 6; index++) {
                for (int i = 0, n = 1 + random.nextInt(8); i < n; i++) {
                    change(history, random);
                    if (random.nextInt(3) == 0) {
                        history.shipNew();
                    }
                }
                history.insert(1, 1).ship();
                states.add(history.state());
                if (index < 5) {
                    history.seal();
                }
            }
            for (int i = 0; i < states.size(); i++) {
                int index = i;
                RestoreRequest request = RestoreFolder.request(
                        folder.resolve("restored.db"),
                        builder -> builder.generation(history.generation).index(index),
                        history.replica());
                Restorer restorer = RestoreFolder.restorer(pageSize * (1 + random.nextInt(100)));
                assertThat(RestoreFolder.bytes(restorer, request))
                        .as("seed %d, page size %d, %s, index %d", seed, pageSize, vacuum, index)
                        .isEqualTo(states.get(index));
            }
        }
    }

    private static void change(TestHistory history, Random random) throws SQLException {
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> history.insert(1 + random.nextInt(30), 1 + random.nextInt(2000));
            case 3 -> history.run("delete from item where id % 4 = " + random.nextInt(4));
            case 4 -> history.run("update item set body = randomblob(300) where id % 5 = " + random.nextInt(5));
            case 5 -> history.run("vacuum");
            case 6 -> history.run("pragma incremental_vacuum(10)");
            case 7 ->
                history.run(
                        "pragma cache_size=5", "begin", "insert into item(body) values(zeroblob(200000))", "rollback");
            default -> {
                history.run("create table if not exists t(a, b)", "create index if not exists i on t(b)");
                history.run("insert into t select id, body from item", "drop table t");
            }
        }
    }

    private byte[] newest(TestHistory history, int pageBuffer) throws IOException {
        return RestoreFolder.bytes(
                RestoreFolder.restorer(pageBuffer),
                RestoreFolder.request(
                        folder.resolve("restored.db"),
                        request -> request.integrityCheck(IntegrityCheck.FULL),
                        history.replica()));
    }
}
