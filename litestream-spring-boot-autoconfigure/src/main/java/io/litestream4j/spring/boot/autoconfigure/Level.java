package io.litestream4j.spring.boot.autoconfigure;

/**
 * One level at which keys can be set.
 *
 * @param prefix what stands before the keys of this level, for messages
 * @param keys the keys as they were written
 * @param <K> their type
 */
record Level<K>(String prefix, K keys) {

    /** The full name of a key of this level. */
    String key(String name) {
        return prefix + name;
    }
}
