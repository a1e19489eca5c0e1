package io.litestream4j.sample;

import java.time.Instant;

/**
 * A note, as it is stored and as it is shown.
 *
 * @param id its number
 * @param text what it says
 * @param createdAt when it was written
 */
public record Note(long id, String text, Instant createdAt) {}
