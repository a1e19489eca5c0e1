package io.litestream4j.lease;

import io.litestream4j.LitestreamException;

/** Another instance writes to a replica, and this one was told to fail then. */
public final class LeaseConflictException extends LitestreamException {

    private static final long serialVersionUID = 1L;

    LeaseConflictException(ReplicaLease lease, HeldLease held) {
        super("%s is written by %s".formatted(lease.replica(), held));
    }

    LeaseConflictException(LeaseLostException lost) {
        super(String.valueOf(lost.getMessage()), lost);
    }
}
