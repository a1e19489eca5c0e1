package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.restore.RestoreResult;
import java.time.Instant;

/**
 * The restore that made a database what it was when it was opened.
 *
 * @param result what it did
 * @param at when it ended
 */
public record LastRestore(RestoreResult result, Instant at) {}
