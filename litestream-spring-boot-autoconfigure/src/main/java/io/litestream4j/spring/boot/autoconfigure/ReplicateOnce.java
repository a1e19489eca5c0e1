package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.LitestreamException;
import io.litestream4j.replication.OneTimeReplication;
import java.time.Duration;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Mode "once": when the application is ready, and so all its runners are done, everything is replicated, and the
 * application ends, also if it has a web server: with status 0 when every replica has confirmed everything, what was
 * committed while it ended included, else with 1.
 */
final class ReplicateOnce implements ApplicationListener<ApplicationReadyEvent>, Ordered {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicateOnce.class);

    static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

    private final LitestreamDatabases databases;
    private final boolean wanted;
    private final Duration timeout;
    private final boolean deleting;
    private final ApplicationEnd end;

    /** @param wanted whether this is the mode; not a condition of the bean, as those are decided when an application is built */
    ReplicateOnce(
            LitestreamDatabases databases, boolean wanted, Duration timeout, boolean deleting, ApplicationEnd end) {
        this.databases = databases;
        this.wanted = wanted;
        this.timeout = timeout;
        this.deleting = deleting;
        this.end = end;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        if (!wanted) {
            return;
        }
        boolean complete = replicate();
        if (complete && deleting) {
            databases.deleteAfterClose();
        }
        int others = end.close(event.getApplicationContext());
        complete &= databases.closedComplete();
        int status = complete ? others : 1;
        LOG.info(
                "Litestream: {}; the application ends with exit status {}",
                complete ? "everything is replicated" : "not everything is replicated",
                status);
        end.end(status);
    }

    private boolean replicate() {
        if (databases.entries().isEmpty()) {
            LOG.error("Litestream: litestream.mode is once, but no database has a replica. Set litestream.replica-url");
            return false;
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean complete = true;
        for (LitestreamDatabases.Entry entry : databases.entries()) {
            complete &= replicate(entry, deadline);
        }
        return complete;
    }

    private static String missing(LitestreamDatabases.Entry entry) {
        return entry.database().status().replicas().stream()
                .filter(replica -> replica.pendingSince() != null || replica.position() == null)
                .map(replica -> "%s lacks %d bytes of WAL%s"
                        .formatted(
                                replica.url(),
                                replica.pendingBytes(),
                                replica.lastError() == null ? "" : ", last error: " + replica.lastError()))
                .collect(Collectors.joining("; "));
    }

    private boolean replicate(LitestreamDatabases.Entry entry, long deadline) {
        try {
            // one that a runner has created a moment ago may not have been seen yet
            entry.openLate();
            boolean complete = OneTimeReplication.replicate(
                    entry.database(), Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            if (!complete) {
                LOG.error(
                        "Litestream: {} is not on every replica after litestream.once-timeout ({} s): {}",
                        entry.database().database(),
                        timeout.toSeconds(),
                        missing(entry));
            }
            return complete;
        } catch (LitestreamException e) {
            LOG.error("Litestream: {} is not replicated: {}", entry.database().database(), e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
