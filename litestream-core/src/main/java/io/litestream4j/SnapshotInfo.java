package io.litestream4j;

import java.time.Instant;

/**
 * A snapshot that a replica holds: the whole database at the start of one WAL index.
 *
 * @param generation the generation it belongs to
 * @param index the WAL index at whose offset 0 it was taken
 * @param size bytes as stored, compressed
 * @param createdAt when the replica stored it, by the replica's clock
 */
public record SnapshotInfo(Generation generation, int index, long size, Instant createdAt) {

    /** Where replay begins: this index at offset 0. */
    public Position position() {
        return new Position(generation, index, 0);
    }
}
