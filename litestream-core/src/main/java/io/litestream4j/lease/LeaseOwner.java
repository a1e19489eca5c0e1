package io.litestream4j.lease;

import java.io.IOException;

/** Tells the local state that a writer works with from every other one. */
@FunctionalInterface
public interface LeaseOwner {

    /** The same for as long as the local state is there. Asked only by who has that state for itself. */
    String id() throws IOException;
}
