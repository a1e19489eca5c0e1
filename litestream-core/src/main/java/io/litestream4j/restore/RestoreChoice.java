package io.litestream4j.restore;

import io.litestream4j.replica.Replica;

/**
 * From where a request would be served, and by which objects.
 *
 * @param replica the replica that would be read
 * @param plan what would be read from it
 */
public record RestoreChoice(Replica replica, RestorePlan plan) {

    /** All objects with their sizes, one per line. */
    public String describe() {
        return "from replica " + replica + ", " + plan.describe();
    }
}
