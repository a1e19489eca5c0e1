package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths are Litestream's own; what they say is said without an engine. */
class LocalStateTest {

    private static final Generation GENERATION = Generation.parse("0123456789abcdef");

    @TempDir
    Path folder;

    @Test
    void pathsAreThoseOfLitestream() throws Exception {
        Path real = folder.toRealPath();
        LocalState state = LocalState.of(folder.resolve("app.db"), null);

        assertThat(state.wal()).isEqualTo(real.resolve("app.db-wal"));
        assertThat(state.meta()).isEqualTo(real.resolve(".app.db-litestream"));
        assertThat(state.generationName()).isEqualTo(state.meta().resolve("generation"));
        assertThat(state.generation(GENERATION)).isEqualTo(state.meta().resolve("generations/0123456789abcdef"));
        assertThat(state.shadowWalFolder(GENERATION))
                .isEqualTo(state.generation(GENERATION).resolve("wal"));
        assertThat(state.shadowWal(GENERATION, 1000))
                .isEqualTo(state.shadowWalFolder(GENERATION).resolve("000003e8.wal"));
        assertThatThrownBy(() -> state.shadowWal(GENERATION, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(LocalState.of(folder.resolve("app.db"), folder.resolve("meta"))
                        .meta())
                .isEqualTo(folder.resolve("meta"));
    }

    @Test
    void nothingIsKnownOfADatabaseThatWasNeverReplicated() throws Exception {
        LocalState state = LocalState.of(folder.resolve("app.db"), null);

        assertThat(state.currentGeneration()).isEmpty();
        assertThat(state.pageSize()).isEmpty();
        assertThat(state.newestIndex(GENERATION)).isEmpty();
        assertThat(state.shadowSize(GENERATION)).isZero();
        assertThatThrownBy(state::updatedAt).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void replicatedDatabase() throws Exception {
        try (TestDatabase database = TestDatabase.create(folder.resolve("data"));
                SourceDatabase source = database.opener().open()) {
            try (Connection connection = database.connect()) {
                TestDatabase.run(connection, "insert into t(x) values('second')");
                assertThat(source.beginGeneration(TestDatabase.PAUSE, false)).isTrue();
            }
            Position position = source.position();
            LocalState state = LocalState.of(database.path(), null);

            assertThat(state.currentGeneration()).contains(position.generation());
            assertThat(state.newestIndex(position.generation())).hasValue(position.index());
            assertThat(state.shadowSize(position.generation())).isEqualTo(source.shadowSize());
            assertThat(state.pageSize()).hasValue(4096);
        }
    }

    @Test
    void timeIsThatOfTheWalWhenItIsLater() throws Exception {
        Path database = Files.createFile(folder.resolve("app.db"));
        Instant time = Instant.parse("2026-01-01T00:00:00Z");
        Files.setLastModifiedTime(database, FileTime.from(time));
        LocalState state = LocalState.of(database, null);
        assertThat(state.updatedAt()).isEqualTo(time);

        Files.setLastModifiedTime(Files.createFile(folder.resolve("app.db-wal")), FileTime.from(time.plusSeconds(1)));
        assertThat(state.updatedAt()).isEqualTo(time.plusSeconds(1));
    }
}
