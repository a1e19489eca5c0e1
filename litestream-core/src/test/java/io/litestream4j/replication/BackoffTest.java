package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void doublesWithJitterUpToAMinute() {
        for (int round = 0; round < 100; round++) {
            Backoff backoff = new Backoff();
            long nominal = 100;
            for (int failure = 0; failure < 40; failure++) {
                assertThat(backoff.next())
                        .as("failure %d", failure)
                        .isBetween(Duration.ofMillis(nominal / 2), Duration.ofMillis(nominal));
                nominal = Math.min(60_000, nominal * 2);
            }
        }
    }

    @Test
    void beginsAgainAfterASuccess() {
        Backoff backoff = new Backoff();
        for (int failure = 0; failure < 40; failure++) {
            assertThat(backoff.next()).isPositive();
        }
        backoff.reset();
        assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void twoThatFailTogetherDoNotComeBackTogether() {
        long differences = 0;
        for (int i = 0; i < 50; i++) {
            differences += new Backoff().next().equals(new Backoff().next()) ? 0 : 1;
        }
        assertThat(differences).isGreaterThan(40);
    }
}
