package io.litestream4j.lease;

import java.time.Duration;

/**
 * Whether and how long a writer keeps a replica for itself.
 *
 * @param enabled whether a lease is taken; without it two writers of one replica are found out late, if at all
 * @param ttl how long a lease lasts after it was taken or renewed. It is renewed together with uploads only, so an idle
 *     database causes no request, and the lease of a process that died is free after this time
 * @param onConflict what an instance does at its start while another one holds the lease
 * @param onNewerBackup what it does when the replica holds what another instance has written since
 */
public record LeaseSettings(boolean enabled, Duration ttl, OnConflict onConflict, OnNewerBackup onNewerBackup) {

    private static final Duration DEFAULT_TTL = Duration.ofSeconds(30);

    /** Shorter ones could expire between two requests of a storage that counts seconds. */
    public static final Duration MIN_TTL = Duration.ofSeconds(5);

    /** Longer ones keep a successor waiting for no use. */
    public static final Duration MAX_TTL = Duration.ofHours(1);

    public LeaseSettings {
        if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0) {
            throw new IllegalArgumentException("lease.ttl is %s, it must be %d s at least and %d min at most"
                    .formatted(ttl, MIN_TTL.toSeconds(), MAX_TTL.toMinutes()));
        }
    }

    /** A lease of 30 s; waits for the one that holds it. */
    public static LeaseSettings defaults() {
        return new LeaseSettings(true, DEFAULT_TTL, OnConflict.WAIT, OnNewerBackup.FAIL);
    }

    /** No lease. */
    public static LeaseSettings off() {
        return new LeaseSettings(false, DEFAULT_TTL, OnConflict.WAIT, OnNewerBackup.FAIL);
    }
}
