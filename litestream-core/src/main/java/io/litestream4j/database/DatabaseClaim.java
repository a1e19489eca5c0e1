package io.litestream4j.database;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.io.DurableFiles;
import io.litestream4j.io.RealPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The right to put a database file in place, to replace it or to delete it: the lock that an engine holds while it
 * replicates, held without opening the database. A claim that is taken first puts right what a crash has interrupted. Not
 * thread-safe.
 */
public final class DatabaseClaim implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Path database;
    private final MetaDirectory meta;
    private final MetaLock lock;
    private final Replacement replacement;
    private final DurableFiles files = new DurableFiles();

    private DatabaseClaim(Path database, MetaDirectory meta, MetaLock lock, Replacement replacement) {
        this.database = database;
        this.meta = meta;
        this.lock = lock;
        this.replacement = replacement;
    }

    /**
     * Takes the claim.
     *
     * @param metaPath folder of the local state; null for Litestream's default beside the database
     * @return null when an engine, or another claim, of this or another process has it
     */
    public static @Nullable DatabaseClaim tryTake(Path database, @Nullable Path metaPath) throws IOException {
        return tryTake(database, metaPath, step -> {});
    }

    static @Nullable DatabaseClaim tryTake(Path path, @Nullable Path metaPath, Replacement.Steps steps)
            throws IOException {
        Path database = RealPaths.of(path);
        MetaDirectory meta = MetaDirectory.of(database, metaPath);
        MetaLock lock = MetaLock.take(meta);
        if (lock == null) {
            return null;
        }
        DatabaseClaim claim = null;
        try {
            meta.clean();
            Replacement replacement = new Replacement(database, meta, PATIENCE, steps);
            replacement.recover();
            claim = new DatabaseClaim(database, meta, lock, replacement);
            return claim;
        } finally {
            if (claim == null) {
                lock.close();
            }
        }
    }

    /** The last request for which the database was replaced; null when there is none. Needs no claim. */
    public static @Nullable ReplacementRecord lastReplacement(Path database, @Nullable Path metaPath)
            throws IOException {
        return Replacement.last(MetaDirectory.of(RealPaths.of(database), metaPath));
    }

    /** Whether a replacement was carried out or interrupted, so that a claim has something to do. Needs no claim. */
    public static boolean hasReplacement(Path database, @Nullable Path metaPath) {
        MetaDirectory meta = MetaDirectory.of(RealPaths.of(database), metaPath);
        return KeptAside.exists(meta.replacing()) || KeptAside.exists(meta.replaced());
    }

    /** Whether there is no database: SQLite makes a file of 0 bytes when it opens a path. */
    public boolean isMissing() throws IOException {
        return FileIdentity.sizeOf(database) <= 0;
    }

    /** Where a new database is to be made before {@link #replace}; nothing is there. */
    public Path replacementFile() {
        return replacement.file();
    }

    /**
     * Puts the database at {@link #replacementFile()} in place. The present one is kept aside under a dated name,
     * together with what lies beside it. A crash at any moment leaves one or the other, at the latest when the next claim
     * is taken or the next engine opens.
     *
     * @param request what was asked for; recorded durably together with the change
     * @throws DatabaseAccessException when somebody is connected to the present database; it stays as it is
     */
    public ReplacementRecord replace(String request, Instant now) throws IOException {
        return replacement.publish(request, now);
    }

    /**
     * Notes that the database is about to be, or was, restored from generations: then it is the continuation of them, and not
     * of others that it was restored from before.
     */
    public void adopt(Set<Generation> generations) throws IOException {
        meta.adopt(generations);
    }

    /** Forgets the last request: the same one again is a new one. */
    public void forgetReplacement() throws IOException {
        files.deleteIfExists(meta.replaced());
    }

    /**
     * The position whose exact image the database file is, by the record of a clean shutdown; null when somebody may have
     * written since, or there is a WAL.
     */
    public @Nullable Position sealedPosition() throws IOException {
        ShutdownRecord record = ShutdownRecord.read(meta);
        boolean noWal = FileIdentity.sizeOf(KeptAside.beside(database, "-wal")) <= 0;
        return record != null && noWal && record.database().equals(FileIdentity.of(database))
                ? record.position()
                : null;
    }

    /**
     * Requires that nobody is connected to the database.
     *
     * @throws DatabaseAccessException when somebody is
     */
    public void requireUnused() throws IOException {
        if (!isMissing()) {
            SoleUse.require(database, PATIENCE);
        }
    }

    /**
     * Deletes the database and its local state, durably. The database goes first: whatever a crash leaves then lies beside
     * a missing database, which a restore moves aside and no start takes for data. The lock's own file stays.
     */
    public void delete() throws IOException {
        files.deleteIfExists(database);
        for (String suffix : KeptAside.SIDECARS) {
            files.deleteIfExists(KeptAside.beside(database, suffix));
        }
        meta.deleteContent();
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /** Whether the database is there; for those who wait for a claim. */
    public static boolean exists(Path database) throws IOException {
        return Files.exists(database) && Files.size(database) > 0;
    }
}
