package io.litestream4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationTest {

    @Test
    void printsWhatItParsed() {
        assertThat(Generation.parse("0123456789abcdef")).hasToString("0123456789abcdef");
        assertThat(Generation.parse("0123456789abcdef")).isEqualTo(new Generation("0123456789abcdef"));
    }

    @Test
    void randomNamesAreNamesAndDiffer() {
        Set<Generation> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            Generation random = Generation.random();
            assertThat(Generation.parse(random.toString())).isEqualTo(random);
            assertThat(Generation.parse(random.toString()).hasEndMarks()).isTrue();
            seen.add(random);
        }
        assertThat(seen).hasSize(1000);
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(strings = {"0123456789abcdef", "0000000000000000", "ffffffffffffffff"})
    void otherNamesPromiseNoEndMarks(String name) {
        assertThat(Generation.parse(name).hasEndMarks()).isFalse();
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(
            strings = {
                "",
                "0123456789abcde",
                "0123456789abcdef0",
                "0123456789ABCDEF",
                "0123456789abcdeg",
                "0123456789abcde\n",
                "../../etc/passwd",
                "٠123456789abcdef"
            })
    void anythingElseIsNoName(String text) {
        assertThat(Generation.isName(text)).isFalse();
        assertThatThrownBy(() -> Generation.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aHugeNameIsNotRepeatedInTheMessage() {
        assertThatThrownBy(() -> Generation.parse("x".repeat(1_000_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(200));
    }
}
