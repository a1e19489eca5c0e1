package io.litestream4j.database;

import org.jspecify.annotations.Nullable;

/**
 * What a start found out about the generation of the run before.
 *
 * @param shadow the shadow WAL with which it goes on; null when a new generation has to begin
 * @param sealed whether the newest index is sealed, so that the WAL may hold the next one
 * @param brokenReason why a new generation has to begin; empty when the old one goes on
 */
record Continuity(@Nullable ShadowWal shadow, boolean sealed, String brokenReason) {

    static Continuity broken(String reason) {
        return new Continuity(null, false, reason);
    }
}
