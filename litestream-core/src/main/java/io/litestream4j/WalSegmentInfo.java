package io.litestream4j;

import java.time.Instant;

/**
 * A WAL segment that a replica holds: a contiguous byte range of one WAL file.
 *
 * @param position generation, index and the offset of its first byte
 * @param size bytes as stored, compressed
 * @param createdAt when the replica stored it, by the replica's clock
 */
public record WalSegmentInfo(Position position, long size, Instant createdAt) {}
