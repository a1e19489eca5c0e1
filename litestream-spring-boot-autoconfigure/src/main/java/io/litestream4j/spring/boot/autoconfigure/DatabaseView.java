package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.Replica;
import io.litestream4j.replication.ReplicatedDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One replicated database, for those who show it: endpoints, health and metrics. Not for applications, which have
 * {@link Litestream}. Thread-safe.
 */
public final class DatabaseView {

    private final LitestreamDatabases.Entry entry;
    private final PublicText text;

    DatabaseView(LitestreamDatabases.Entry entry) {
        this.entry = entry;
        this.text = new PublicText(entry.setup(), entry.database().replicas());
    }

    /** Its name in the configuration. */
    public String name() {
        return entry.setup().name();
    }

    /** The engine. */
    public ReplicatedDatabase database() {
        return entry.database();
    }

    /** The replicas that a restore at start asks: those of the configuration, without what a customizer added. */
    public List<Replica> restorableReplicas() {
        return entry.replicas();
    }

    /** What was restored when it was opened; empty when it existed, or there was no backup. */
    public Optional<LastRestore> lastRestore() {
        return Optional.ofNullable(entry.restores().last());
    }

    /** Whether it is being restored at this moment. */
    public boolean isBeingRestored() {
        return !entry.operations().running().isEmpty();
    }

    /** Since when the requests to its replicas are counted. */
    public Instant madeAt() {
        return entry.madeAt();
    }

    /** A text without the folders of this machine; null for null. */
    public @Nullable String publicText(@Nullable String value) {
        return text.of(value);
    }
}
