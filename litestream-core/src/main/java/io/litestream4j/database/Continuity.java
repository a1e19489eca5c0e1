package io.litestream4j.database;

import org.jspecify.annotations.Nullable;

/**
 * What a start found out about the generation of the run before.
 *
 * @param follower goes on with it; null when a new generation has to begin
 * @param brokenReason why a new generation has to begin; empty when the old one goes on
 */
record Continuity(@Nullable WalFollower follower, String brokenReason) {

    static Continuity broken(String reason) {
        return new Continuity(null, reason);
    }
}
