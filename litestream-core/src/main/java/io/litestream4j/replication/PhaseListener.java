package io.litestream4j.replication;

/** Hears when a phase begins and ends, on the thread that does the work. */
@FunctionalInterface
interface PhaseListener {

    /** A phase began, or ended. */
    void phase(ReplicationPhase phase, boolean begins);
}
