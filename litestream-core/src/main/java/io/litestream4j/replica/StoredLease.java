package io.litestream4j.replica;

import java.time.Duration;

/**
 * A lease object as a storage holds it.
 *
 * @param content its text, in ASCII; not more than {@value #MAX_SIZE} characters, and one more where there are too many
 * @param version names this very content to {@link ReplicaClient#storeLease}
 * @param age how long ago it was stored by the storage's own clock, at least; negative where that clock was set back
 */
public record StoredLease(String content, String version, Duration age) {

    /** No lease is larger; what is larger isn't one. */
    public static final int MAX_SIZE = 64 << 10;
}
