package io.litestream4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrintableTest {

    static Object[][] texts() {
        return new Object[][] {
            {"", ""},
            {"as it is, ~100 %", "as it is, ~100 %"},
            {"two\r\nlines\t\u001b[31m", "two\\u000d\\u000alines\\u0009\\u001b[31m"},
            {"\u0000\u007f\u0085\u2028\u202e\uff41", "\\u0000\\u007f\\u0085\\u2028\\u202e\\uff41"},
            {"x".repeat(200), "x".repeat(200)},
            {"x".repeat(201), "x".repeat(200) + "..."},
            {"x".repeat(199) + "\n", "x".repeat(199) + "..."},
        };
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("texts")
    void everyCharacterIsVisible(String text, String shown) {
        assertThat(Printable.of(text)).isEqualTo(shown);
    }
}
