package io.litestream4j.lease;

import io.litestream4j.Generation;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** The local state that a writer works with. Asked only by who has that state for itself. */
@FunctionalInterface
public interface LeaseOwner {

    /** Tells it from every other one; the same for as long as it is there. */
    String id() throws IOException;

    /** The generations of which the database here is the continuation, because it was restored from them. */
    default Set<Generation> adopted() throws IOException {
        return Set.of();
    }

    /** The generation that is written here; empty before the first one. */
    default Optional<Generation> current() throws IOException {
        return Optional.empty();
    }
}
