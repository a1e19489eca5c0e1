package io.litestream4j.spring.boot.autoconfigure.metrics;

import java.util.Locale;

/** Keys of tags, and values that are made of constants. */
final class Tag {

    static final String DATABASE = "db";
    static final String REPLICA = "name";
    static final String OUTCOME = "outcome";
    static final String OPERATION = "operation";
    static final String SUCCESS = "success";
    static final String ERROR = "error";

    private Tag() {}

    static String value(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
