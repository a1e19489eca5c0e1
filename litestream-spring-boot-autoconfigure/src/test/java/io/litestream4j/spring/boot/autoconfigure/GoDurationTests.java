package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTests {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "10s, PT10S",
        "1h30m, PT1H30M",
        "500ms, PT0.5S",
        "1.5h, PT1H30M",
        ".5s, PT0.5S",
        "1.s, PT1S",
        "2us, PT0.000002S",
        "2µs, PT0.000002S",
        "7ns, PT0.000000007S",
        "0, PT0S",
        "0s, PT0S",
        "1000000000, PT1S",
        "-5m, PT-5M",
        "+5m, PT5M",
        "2562047h47m16.854775807s, PT2562047H47M16.854775807S"
    })
    void durationsOfGo(String text, Duration duration) {
        assertThat(GoDuration.parse(text)).contains(duration);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"", "s", "1d", "1h 30m", "1,5h", "h1", "--1s", "PT1S", "9223372036854775808", "2562048h", ".s"})
    void anythingElse(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }
}
