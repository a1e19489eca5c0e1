package io.litestream4j.spring.boot.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The levels at which a key can be set, the most specific first.
 *
 * @param levels objects that hold the same keys
 * @param <K> their type
 */
record Levels<K>(List<Level<? extends K>> levels) {

    /** Reads one key of one level. */
    interface Key<K, T> {

        @Nullable
        T of(K level);
    }

    /** The most specific value, or null where no level has one. A blank value counts as none. */
    <T> @Nullable T first(Key<K, T> key) {
        for (Level<? extends K> level : levels) {
            T value = key.of(level.keys());
            if (isSet(value)) {
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

    /** The most specific text without the blanks around it, or null. */
    @Nullable
    String text(Key<K, String> key) {
        return Texts.trimmed(first(key));
    }

    /** The full name of a key at the level that sets it; at the most specific level if none does. */
    String where(Key<K, ?> key, String name) {
        for (Level<? extends K> level : levels) {
            if (isSet(key.of(level.keys()))) {
                return level.key(name);
            }
        }
        return levels.get(0).key(name);
    }

    private static boolean isSet(@Nullable Object value) {
        return value != null && !value.toString().isBlank();
    }
}
