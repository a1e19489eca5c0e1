package io.litestream4j.spring.boot.autoconfigure.metrics;

import java.util.Arrays;
import java.util.regex.Pattern;

/** Why a generation began, as one of a few words: the engine's own text holds positions and sizes, which are no label. */
enum GenerationReason {
    FIRST("no generation exists"),
    LOCAL_STATE_LOST("no shadow wal"),
    WAL_CHANGED("wal |no primary wal|SQLite counts"),
    PIN_LOST("the read transaction that pins the WAL was lost"),
    FILE_REPLACED("the database's file was"),
    PAGE_SIZE("page size changed"),
    INDEX_EXHAUSTED("max index exceeded|the WAL grew past"),
    MAX_PENDING_SIZE("max-pending-size"),
    REPLICA_AHEAD("replica-ahead"),
    OTHER("");

    private final String beginnings;

    /** @param beginnings of the engine's text, as a regular expression */
    GenerationReason(String beginnings) {
        this.beginnings = beginnings;
    }

    static GenerationReason of(String text) {
        return Arrays.stream(values())
                .filter(reason ->
                        Pattern.compile(reason.beginnings).matcher(text).lookingAt())
                .findFirst()
                .orElse(OTHER);
    }

    String tag() {
        return Tag.value(this);
    }
}
