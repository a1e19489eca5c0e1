package io.litestream4j.spring.boot.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replica.RequestCounts;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MonthlyCostTests {

    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");

    @Test
    void onePutInASecondCostsAboutThirteenDollars() {
        Duration day = Duration.ofDays(1);
        RequestCounts counts = new RequestCounts(86_400, 0, 0, 5, 0, 0);
        MonthlyCost cost = MonthlyCost.of(counts, START, START.plus(day)).orElseThrow();
        assertThat(cost.usd()).isEqualByComparingTo("12.96");
        assertThat(cost.requests()).isEqualTo(30 * 86_405);
        assertThat(cost.countedFor()).isEqualTo(day);
    }

    @Test
    void getCostsLessThanList() {
        RequestCounts counts = new RequestCounts(0, 1_000_000, 1_000, 0, 0, 0);
        assertThat(MonthlyCost.of(counts, START, START.plus(Duration.ofDays(30)))
                        .orElseThrow()
                        .usd())
                .isEqualByComparingTo("0.41");
    }

    @Test
    void startSaysNothingAboutAMonth() {
        RequestCounts counts = new RequestCounts(3, 1, 3, 1, 0, 0);
        assertThat(MonthlyCost.of(counts, START, START.plusSeconds(60))).isEmpty();
    }

    @Test
    void folderCostsNothing() {
        assertThat(MonthlyCost.of(RequestCounts.NONE, START, START.plus(Duration.ofDays(1))))
                .isEmpty();
    }
}
