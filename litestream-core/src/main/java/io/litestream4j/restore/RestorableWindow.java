package io.litestream4j.restore;

import io.litestream4j.Generation;
import java.time.Instant;

/**
 * The times whose state can be restored from one generation on one replica, as far as names, sizes and times can tell.
 *
 * @param replica the replica's name
 * @param generation the generation
 * @param earliest the first time that can be restored to
 * @param latest when the last object was stored that can be used; every later time yields the same state
 * @param gap what is missing or damaged behind the latest; empty when nothing is
 */
public record RestorableWindow(String replica, Generation generation, Instant earliest, Instant latest, String gap) {

    @Override
    public String toString() {
        return "generation %s of replica %s: from %s to %s%s"
                .formatted(generation, replica, earliest, latest, gap.isEmpty() ? "" : ", not further: " + gap);
    }
}
