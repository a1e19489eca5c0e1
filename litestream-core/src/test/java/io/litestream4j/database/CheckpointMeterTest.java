package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointMeterTest {

    @TempDir
    Path folder;

    @Test
    void sealsAreCountedByModeAndGoOnToBeCountedInAReopenedDatabase() throws Exception {
        TestDatabase database = TestDatabase.create(folder);
        SourceDatabaseOpener opener = database.opener();
        assertThat(opener.checkpoints()).isEqualTo(CheckpointStatistics.NONE);
        CheckpointStatistics first = sealOne(opener, database);
        CheckpointStatistics second = sealOne(opener, database).since(first);
        assertThat(second.passive().count()).isPositive();
        assertThat(second.restart().count()).isPositive();
        assertThat(opener.checkpoints().passive().count())
                .isEqualTo(first.passive().count() + second.passive().count());
        database.close();
    }

    private CheckpointStatistics sealOne(SourceDatabaseOpener opener, TestDatabase database) throws Exception {
        try (SourceDatabase source = opener.open();
                Connection application = database.connect()) {
            if (source.position() == null) {
                assertThat(source.beginGeneration(TestDatabase.PAUSE, true)).isTrue();
            }
            TestDatabase.insert(application, 10);
            source.sync();
            assertThat(source.seal(TestDatabase.PAUSE).result()).isEqualTo(SealOutcome.Result.SEALED);
        }
        CheckpointStatistics counted = opener.checkpoints();
        assertThat(counted.passive().count()).isPositive();
        assertThat(counted.passive().nanos()).isPositive();
        assertThat(counted.restart().count()).isPositive();
        assertThat(counted.passive().errors()).isZero();
        return counted;
    }

    @Test
    void checkpointThatOnlyAsksIsNotCountedAndOneThatFailsIsAnError() throws Exception {
        TestDatabase database = TestDatabase.create(folder);
        CheckpointMeter meter = new CheckpointMeter();
        SqliteConnection connection = new SqliteConnection(database.path(), Duration.ofSeconds(1));
        meter.checkpoint(connection, Checkpoint.Mode.NOOP);
        assertThat(meter.statistics()).isEqualTo(CheckpointStatistics.NONE);
        connection.close();
        assertThatThrownBy(() -> meter.checkpoint(connection, Checkpoint.Mode.RESTART))
                .isInstanceOf(SQLException.class);
        assertThat(meter.statistics().restart().count()).isEqualTo(1);
        assertThat(meter.statistics().restart().errors()).isEqualTo(1);
        assertThat(meter.statistics().passive()).isEqualTo(CheckpointStatistics.Mode.NONE);
        database.close();
    }
}
