package io.litestream4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    private static final Generation GENERATION = Generation.parse("0123456789abcdef");

    @ParameterizedTest(name = "index {0}, offset {1}")
    @CsvSource({
        "0, 0, 0123456789abcdef/00000000:0",
        "10, 4152, 0123456789abcdef/0000000a:4152",
        "1, 4294967296, 0123456789abcdef/00000001:4294967296",
        "2147483647, 9223372036854775807, 0123456789abcdef/7fffffff:9223372036854775807"
    })
    void printsAndParses(int index, long offset, String text) {
        Position position = new Position(GENERATION, index, offset);
        assertThat(position).hasToString(text);
        assertThat(Position.parse(text)).isEqualTo(position);
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(
            strings = {
                "",
                "0123456789abcdef",
                "0123456789abcdef/0000000a",
                "0123456789abcdef/0000000A:0",
                "0123456789abcdef/a:0",
                "0123456789abcdef/80000000:0",
                "0123456789abcdef/ffffffff:0",
                "0123456789abcdef/0000000a:-1",
                "0123456789abcdef/0000000a:0x20",
                "0123456789abcdef/0000000a:9223372036854775808",
                "0123456789abcde/0000000a:4152",
                " 0123456789abcdef/0000000a:4152"
            })
    void anythingElseIsNoPosition(String text) {
        assertThatThrownBy(() -> Position.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest(name = "{0}:{1} before {2}:{3}")
    @CsvSource({"0, 0, 0, 32", "0, 99999, 1, 0", "1, 4152, 1, 8272", "9, 0, 10, 0", "0, 2147483648, 0, 4294967296"})
    void ordersByIndexAndThenByOffset(int index, long offset, int laterIndex, long laterOffset) {
        Position earlier = new Position(GENERATION, index, offset);
        Position later = new Position(GENERATION, laterIndex, laterOffset);
        assertThat(earlier).isLessThan(later);
        assertThat(later.isAtLeast(earlier)).isTrue();
        assertThat(later.isAtLeast(later)).isTrue();
        assertThat(earlier.isAtLeast(later)).isFalse();
    }

    @Test
    void generationsHaveNoOrder() {
        Position here = new Position(GENERATION, 0, 0);
        Position elsewhere = new Position(Generation.parse("fedcba9876543210"), 0, 0);
        assertThatThrownBy(() -> here.compareTo(elsewhere)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void negativeNumbersAreRefused() {
        assertThatThrownBy(() -> new Position(GENERATION, -1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Position(GENERATION, 0, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theNextIndexBeginsAtItsStart() {
        assertThat(new Position(GENERATION, 1, 4152).nextIndex()).isEqualTo(new Position(GENERATION, 2, 0));
        assertThat(new Position(GENERATION, 1, 4152).atOffset(32)).isEqualTo(new Position(GENERATION, 1, 32));
        assertThatThrownBy(() -> new Position(GENERATION, Position.MAX_INDEX, 0).nextIndex())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
