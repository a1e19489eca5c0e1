package io.litestream4j.spring.boot.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The levels at which a key can be set, the most specific first.
 *
 * @param levels objects that hold the same keys
 * @param <K> their type
 */
record Levels<K>(List<? extends K> levels) {

    /** Reads one key of one level. */
    interface Key<K, T> {

        @Nullable
        T of(K level);
    }

    /** The most specific value, or null where no level has one. */
    <T> @Nullable T first(Key<K, T> key) {
        for (K level : levels) {
            T value = key.of(level);
            if (value != null && !value.toString().isBlank()) {
                return value;
            }
        }
        return null;
    }

    /** The most specific value, or the default. */
    <T> T first(Key<K, T> key, T defaultValue) {
        T value = first(key);
        return value == null ? defaultValue : value;
    }
}
