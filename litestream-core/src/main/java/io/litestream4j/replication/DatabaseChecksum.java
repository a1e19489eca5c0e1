package io.litestream4j.replication;

import io.litestream4j.Position;

/**
 * A checksum of a database at one committed transaction.
 *
 * @param crc64 CRC-64/ISO of the database file's bytes, as Litestream computes it
 * @param position everything before it is in the state that was summed, nothing behind it is
 */
public record DatabaseChecksum(long crc64, Position position) {

    @Override
    public String toString() {
        return "%016x at %s".formatted(crc64, position);
    }
}
