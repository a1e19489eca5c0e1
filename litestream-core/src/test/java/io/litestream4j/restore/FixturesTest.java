package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.NoBackupException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replicas that Litestream 0.3.13 wrote. */
class FixturesTest {

    @TempDir
    Path folder;

    static Stream<String> names() {
        return Fixture.names().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void restoresToTheSameDump(String name) throws IOException {
        SqliteDump.assumeAvailable();
        Fixture fixture = Fixture.copy(name, folder);
        Path target = folder.resolve("restored.db");

        RestoreResult result = new Restorer()
                .restore(RestoreRequest.to(target)
                        .from(List.of(fixture.replica()))
                        .integrityCheck(IntegrityCheck.FULL)
                        .build());

        assertThat(SqliteDump.sha256(target)).isEqualTo(fixture.dumpSha256());
        assertThat(target).hasSize(result.databaseSize());
        assertThat(result.databaseSize() % fixture.pageSize()).isZero();
        assertThat(folder).isDirectoryNotContaining("glob:**restored.db?*");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void noNameOfAGenerationPromisesEndMarks(String name) throws IOException {
        assertThat(Fixture.copy(name, folder).replica().client().generations())
                .isNotEmpty()
                .noneMatch(Generation::hasEndMarks);
    }

    @Test
    void restoresEachNotedStateByTime() throws IOException, SQLException {
        Fixture fixture = Fixture.copy("point-in-time", folder);
        assertThat(fixture.states()).hasSize(8);
        for (Fixture.State state : fixture.states()) {
            Path target = folder.resolve(state.rows() + ".db");

            RestoreResult result = new Restorer()
                    .restore(RestoreRequest.to(target)
                            .from(List.of(fixture.replica()))
                            .timestamp(state.at())
                            .build());

            assertThat(result.lastObjectAt()).isBeforeOrEqualTo(state.at());
            assertThat(Sqlite.number(target, "select count(*) from item")).isEqualTo(state.rows());
            assertThat(Sqlite.number(target, "select sum(n) from item")).isEqualTo(state.sumOfN());
        }
    }

    @Test
    void timeBeforeTheFirstSnapshotNamesWhatCanBeReached() throws IOException {
        Fixture fixture = Fixture.copy("point-in-time", folder);
        RestoreRequest request = RestoreRequest.to(folder.resolve("restored.db"))
                .from(List.of(fixture.replica()))
                .timestamp(fixture.states().get(0).at().minusSeconds(60))
                .build();

        assertThatThrownBy(() -> new Restorer().restore(request))
                .isInstanceOf(NoBackupException.class)
                .hasMessageContaining("02c925425b0e5297 from ")
                .hasMessageContaining(fixture.root().toString());
    }

    @Test
    void timeAfterTheLastObjectMeansTheNewestStateAndSaysSo() throws IOException, SQLException {
        Fixture fixture = Fixture.copy("point-in-time", folder);
        Path target = folder.resolve("restored.db");

        RestoreResult result = new Restorer()
                .restore(RestoreRequest.to(target)
                        .from(List.of(fixture.replica()))
                        .timestamp(fixture.states().get(7).at().plusSeconds(3600))
                        .build());

        assertThat(Sqlite.number(target, "select count(*) from item")).isEqualTo(96);
        assertThat(result.notes()).hasSize(1).first().asString().contains("the newest state");
    }
}
