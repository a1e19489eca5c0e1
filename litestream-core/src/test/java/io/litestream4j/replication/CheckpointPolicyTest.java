package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointPolicyTest {

    @ParameterizedTest(name = "{0} frames, {1} s old: {2}")
    @CsvSource(
            nullValues = "-",
            value = {
                "0, 0, -",
                "0, 999999, -",
                "1, 0, -",
                "1, 59, -",
                "1, 60, 0",
                "999, 59, -",
                "999, 60, 0",
                "1000, 0, 25",
                "1001, 0, 25",
                "9999, 0, 25",
                "10000, 0, 250",
                "5000000000, 0, 250"
            })
    void sealsBySizeAndByAge(long frames, long seconds, Long pauseMillis) {
        CheckpointPolicy policy = new CheckpointPolicy(ReplicationSettings.defaults());
        assertThat(policy.pauseToSeal(frames, Duration.ofSeconds(seconds)))
                .isEqualTo(pauseMillis == null ? null : Duration.ofMillis(pauseMillis));
    }

    @Test
    void anIntervalOfZeroMeansNever() {
        CheckpointPolicy policy = new CheckpointPolicy(
                ReplicationSettings.builder().checkpointInterval(Duration.ZERO).build());
        assertThat(policy.pauseToSeal(999, Duration.ofDays(365))).isNull();
        assertThat(policy.pauseToSeal(1000, Duration.ZERO)).isNotNull();
    }

    @Test
    void aShortIntervalSealsEveryFrame() {
        CheckpointPolicy policy = new CheckpointPolicy(ReplicationSettings.builder()
                .checkpointInterval(Duration.ofNanos(1))
                .build());
        assertThat(policy.pauseToSeal(1, Duration.ofNanos(1))).isZero();
    }

    @ParameterizedTest(name = "{0} frames")
    @CsvSource({"1, 7", "1000, 7", "10000, 7"})
    void aConfiguredPauseIsUsedAsItIs(long frames, long millis) {
        CheckpointPolicy policy = new CheckpointPolicy(
                ReplicationSettings.builder().sealPause(Duration.ofMillis(7)).build());
        assertThat(policy.pause(frames)).isEqualTo(Duration.ofMillis(millis));
        assertThat(policy.pauseWhenWanted(100)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest(name = "attempt {0}: {1} ms")
    @CsvSource({"0, 25", "2, 25", "3, 250", "1000, 250"})
    void whoIsWaitedForGrowsImpatient(int attempts, long millis) {
        CheckpointPolicy policy = new CheckpointPolicy(ReplicationSettings.defaults());
        assertThat(policy.pauseWhenWanted(attempts)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest(name = "{0} frames, lock held {1} ms: again after {2} ms")
    @CsvSource({"1, 0, 1000", "999, 100, 1000", "999, 300, 1200", "1000, 0, 200", "1000, 50, 200", "1000, 250, 1000"})
    void writersHaveFourPartsOfFive(long frames, long heldMillis, long delayMillis) {
        CheckpointPolicy policy = new CheckpointPolicy(ReplicationSettings.defaults());
        assertThat(policy.retryDelay(frames, Duration.ofMillis(heldMillis))).isEqualTo(Duration.ofMillis(delayMillis));
    }
}
