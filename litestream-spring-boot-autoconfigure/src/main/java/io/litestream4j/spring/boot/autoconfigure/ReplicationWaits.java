package io.litestream4j.spring.boot.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Waits for each replicated database, those that come later included; none where nothing is replicated, only restored. */
final class ReplicationWaits implements EntryRegistry.Listener {

    private final List<DatabaseWait> waits = new CopyOnWriteArrayList<>();
    private final ReplicationRun run;

    ReplicationWaits(LitestreamDatabases databases, LitestreamProperties properties, ReplicationRun run) {
        this.run = run;
        if (properties.getMode() != LitestreamProperties.Mode.RESTORE_ONLY) {
            databases.registry().listen(this);
        }
    }

    /** Those that are there now. */
    List<DatabaseWait> databases() {
        return List.copyOf(waits);
    }

    @Override
    public void added(LitestreamDatabases.Entry entry) {
        waits.add(new DatabaseWait(entry, run));
    }

    @Override
    public void removed(LitestreamDatabases.Entry entry) {
        waits.removeIf(wait -> wait.name().equals(entry.setup().name()));
    }
}
