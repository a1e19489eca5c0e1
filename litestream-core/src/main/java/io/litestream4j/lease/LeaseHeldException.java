package io.litestream4j.lease;

import io.litestream4j.replica.Replica;
import java.io.IOException;

/** Somebody else holds the lease of a replica, so nothing is written there. It may be free later. */
public final class LeaseHeldException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient HeldLease held;

    LeaseHeldException(Replica replica, HeldLease held) {
        super("%s is written by %s".formatted(replica, held));
        this.held = held;
    }

    /** Who holds it, and how long. */
    public HeldLease held() {
        return held;
    }
}
