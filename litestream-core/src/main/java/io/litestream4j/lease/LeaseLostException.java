package io.litestream4j.lease;

import io.litestream4j.replica.Replica;
import java.io.IOException;

/** Somebody else has taken the lease of a replica from this instance, which must not write there any more. */
public final class LeaseLostException extends IOException {

    private static final long serialVersionUID = 1L;

    LeaseLostException(Replica replica, LeaseRecord now) {
        this(
                replica,
                ("%s has the lease since %s and writes there now, this instance doesn't any more. What is committed here"
                                + " since then is in the local database only. End one of the two; this instance writes"
                                + " again after a restart")
                        .formatted(now.holder(), now.taken()));
    }

    LeaseLostException(Replica replica, String reason) {
        super("%s: fenced: %s".formatted(replica, reason));
    }
}
