package io.litestream4j.replication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an operation came to.
 *
 * @param duration how long it took
 * @param bytes bytes of WAL or database that were worked on; 0 where nothing is counted
 * @param storedBytes bytes of the object that was stored for them; 0 where none was
 * @param error what ended it; null when it did what it should
 */
public record OperationResult(
        Duration duration,
        long bytes,
        long storedBytes,
        @Nullable Throwable error) {}
