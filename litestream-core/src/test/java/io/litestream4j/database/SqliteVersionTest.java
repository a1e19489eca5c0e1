package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.UnsafeSqliteVersionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqliteVersionTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "3.7.0, false", "3.40.1, false", "3.43.9, false", "3.44.5, false", "3.44.6, true", "3.45.0, false",
        "3.49.1, false", "3.50.6, false", "3.50.7, true", "3.50.8, true", "3.51.0, false", "3.51.2, false",
        "3.51.3, true", "3.52.0, true", "3.54.1, true", "3.100.0, true", "3.51.2.9, false", "3.54.1.1, true",
        "4.0.0, true", "3.54, false", "'', false", "latest, false", "3.99999999999.0, false", "-3.54.1, false",
        "3.54.1-beta, false"
    })
    void isSafe(String version, boolean safe) {
        assertThat(SqliteVersion.isSafe(version)).isEqualTo(safe);
        if (safe) {
            assertThatNoException().isThrownBy(() -> SqliteVersion.requireSafe(version));
        } else {
            assertThatThrownBy(() -> SqliteVersion.requireSafe(version))
                    .isInstanceOf(UnsafeSqliteVersionException.class)
                    .hasMessageContaining(version);
        }
    }
}
