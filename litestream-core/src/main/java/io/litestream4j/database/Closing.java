package io.litestream4j.database;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes several things, all of them, whatever one of them says. */
final class Closing {

    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private Closing() {}

    /** Closes in the order given; an exception is logged and doesn't keep the rest open. */
    static void all(@Nullable AutoCloseable... closeables) {
        for (AutoCloseable closeable : closeables) {
            one(closeable);
        }
    }

    @SuppressWarnings("CatchingUnchecked")
    private static void one(@Nullable AutoCloseable closeable) {
        if (closeable == null) {
            return;
        }
        try {
            closeable.close();
        } catch (Exception e) {
            LOG.warn("closing {}: {}", closeable.getClass().getSimpleName(), e.toString());
        }
    }
}
