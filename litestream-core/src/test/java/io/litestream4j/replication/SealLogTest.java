package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.database.SealOutcome;
import io.litestream4j.database.SealOutcome.Result;
import io.litestream4j.replication.ReplicationStatus.SealStatistics;
import org.junit.jupiter.api.Test;

class SealLogTest {

    private final SealLog log = new SealLog();

    @Test
    void nothingWasTried() {
        assertThat(log.statistics(null)).isEqualTo(new SealStatistics(0, 0, 0, 0, null));
    }

    @Test
    void countsAttemptsAndSuccesses() {
        log.add(new SealOutcome(Result.SEALED, 30));
        log.add(new SealOutcome(Result.BLOCKED_BY_READER, 50));
        log.add(new SealOutcome(Result.LOCKED_BY_WRITER, 0));
        log.add(new SealOutcome(Result.NOTHING_TO_SEAL, 999));
        log.add(new SealOutcome(Result.SNAPSHOT_IN_PROGRESS, 999));
        assertThat(log.statistics(null)).isEqualTo(new SealStatistics(3, 1, 30, 50, null));
    }

    @Test
    void theMedianForgetsWhatIsOldAndTheMaximumDoesNot() {
        for (int i = 0; i < 1024; i++) {
            log.add(new SealOutcome(Result.SEALED, 1_000_000));
        }
        for (int i = 0; i < 1024; i++) {
            log.add(new SealOutcome(Result.SEALED, i % 2 == 0 ? 10 : 20));
        }
        assertThat(log.statistics(null)).isEqualTo(new SealStatistics(2048, 2048, 20, 1_000_000, null));
    }
}
