package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadingSpeedTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ReadingSpeed speed = new ReadingSpeed();

    @Test
    void aBodyThatDripsIsGivenUpAfterAMinute() throws IOException {
        for (int i = 0; i < 60; i++) {
            speed.read(100, SECOND);
        }
        assertThatThrownBy(() -> speed.read(100, SECOND)).hasMessageContaining("less than 1024 bytes in a second");
    }

    @Test
    void aSlowOneIsNot() throws IOException {
        for (int i = 0; i < 10_000; i++) {
            speed.read(1100, SECOND);
        }
        speed.read(-1, 90 * SECOND);
    }

    @Test
    void quickBeginningsDontExcuseALaterDrip() throws IOException {
        speed.read(1 << 30, 61 * SECOND);
        for (int i = 0; i < 60; i++) {
            speed.read(1, SECOND);
        }
        assertThatThrownBy(() -> speed.read(1, SECOND)).isInstanceOf(IOException.class);
    }
}
