package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.Generation;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * What is asked about backups, checked.
 *
 * @param replica name of the only replica to ask; null for all
 * @param generation the only generation; null for all
 * @param timestamp the time to restore to; null for the newest state
 * @param limit how many entries at most
 */
record BackupQuery(
        @Nullable String replica,
        @Nullable Generation generation,
        @Nullable Instant timestamp,
        int limit) {

    private static final int DEFAULT_LIMIT = 1000;
    private static final int MAX_LIMIT = 100_000;

    /** @throws InvalidEndpointRequestException when a value doesn't mean anything; it says what to write */
    static BackupQuery parse(
            @Nullable String replica,
            @Nullable String generation,
            @Nullable String timestamp,
            @Nullable Integer limit) {
        int most = limit == null ? DEFAULT_LIMIT : limit;
        if (most < 1 || most > MAX_LIMIT) {
            throw invalid("limit=%d: write a number from 1 to %d".formatted(most, MAX_LIMIT));
        }
        return new BackupQuery(replica, generation(generation), instant(timestamp), most);
    }

    private static @Nullable Generation generation(@Nullable String text) {
        try {
            return text == null || text.isBlank() ? null : Generation.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw invalid(
                    "generation=%s: write 16 hexadecimal digits, as in .../generations".formatted(Printable.of(text)));
        }
    }

    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null || text.isBlank() ? null : Instant.parse(text.strip());
        } catch (DateTimeParseException e) {
            throw invalid(
                    "timestamp=%s: write a time in UTC such as 2026-11-20T10:00:00Z".formatted(Printable.of(text)));
        }
    }

    private static InvalidEndpointRequestException invalid(String message) {
        return new InvalidEndpointRequestException(message, message);
    }
}
