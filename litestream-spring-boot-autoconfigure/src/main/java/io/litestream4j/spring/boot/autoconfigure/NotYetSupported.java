package io.litestream4j.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys that are known but don't do anything in this version. Who sets one must hear of it. */
final class NotYetSupported {

    private static final Logger LOG = LoggerFactory.getLogger(NotYetSupported.class);

    private final List<String> warnings = new ArrayList<>();

    private NotYetSupported() {}

    /** One line for each such key that is set. */
    static void warn(LitestreamProperties properties) {
        NotYetSupported found = new NotYetSupported();
        found.top(properties);
        found.warnings.forEach(LOG::warn);
    }

    private void top(LitestreamProperties properties) {
        LitestreamProperties.Lease lease = properties.getLease();
        if (!Boolean.FALSE.equals(lease.getEnabled())) {
            add("litestream.lease.enabled", lease.getEnabled(), "take a lease on a replica");
        }
        add("litestream.lease.ttl", lease.getTtl(), "take a lease on a replica");
        add("litestream.lease.on-conflict", lease.getOnConflict(), "take a lease on a replica");
    }

    private void add(String key, @Nullable Object value, String what) {
        if (value != null && !value.toString().isBlank()) {
            warnings.add(key + " is set, but this version does not " + what + " yet");
        }
    }
}
