package io.litestream4j.spring.boot.autoconfigure;

import java.util.List;

/** Waits for each replicated database; none where nothing is replicated, only restored. */
final class ReplicationWaits {

    private final List<DatabaseWait> databases;

    ReplicationWaits(LitestreamDatabases databases, LitestreamProperties properties, ReplicationRun run) {
        boolean replicating = properties.getMode() != LitestreamProperties.Mode.RESTORE_ONLY;
        this.databases = replicating
                ? databases.entries().stream()
                        .map(entry -> new DatabaseWait(entry, run))
                        .toList()
                : List.of();
    }

    List<DatabaseWait> databases() {
        return databases;
    }
}
