package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.LitestreamException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes databases ready before anybody opens them: restores what is missing, then opens each for replication. */
final class Preparation {

    private final boolean replicating;
    private final EventQueue events;
    private final Set<Path> claimed = ConcurrentHashMap.newKeySet();

    /**
     * @param replicating whether databases are opened; otherwise they are only restored
     * @param events hear of restores
     */
    Preparation(boolean replicating, EventQueue events) {
        this.replicating = replicating;
        this.events = events;
    }

    boolean isReplicating() {
        return replicating;
    }

    /** Makes one ready; says in one sentence what was done. */
    String prepare(LitestreamDatabases.Entry entry) {
        String outcome = new RestoreOnStart(entry, claim(entry.setup().path()), replicating, events).run();
        if (replicating) {
            open(entry);
        }
        return outcome;
    }

    /** Gives back the claim on a database that was closed. */
    void release(Path file) {
        if (claimed.remove(file)) {
            ClaimedFiles.release(file);
        }
    }

    private boolean claim(Path file) {
        claimed.add(file);
        return ClaimedFiles.claim(file);
    }

    private static void open(LitestreamDatabases.Entry entry) {
        try {
            entry.database().open();
            if (entry.database().isOpen()) {
                entry.database().leases().takeForUse();
            }
        } catch (LitestreamException e) {
            throw StartFailures.of(entry.setup(), e);
        } catch (InterruptedException e) {
            throw StartFailures.interrupted(entry.setup(), e);
        }
    }
}
