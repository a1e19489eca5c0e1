package io.litestream4j.database;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.io.FileProblem;
import io.litestream4j.io.OwnerOnlyFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The right to replicate one database, held by one engine of one process at a time and freed by the operating system
 * when the process dies.
 *
 * <p>The static set is needed because a lock belongs to the process: a second engine of this JVM that opened and closed
 * the lock file would free the first one's lock.
 */
final class MetaLock implements AutoCloseable {

    private static final Set<Path> HELD = new HashSet<>();

    private final Path file;
    private final FileChannel channel;

    private MetaLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock of a folder, which is created if there is none; null when another engine has it.
     *
     * @throws DatabaseAccessException when the folder can't be written
     */
    static @Nullable MetaLock take(MetaDirectory meta) throws IOException {
        try {
            meta.create();
            return tryLock(meta);
        } catch (FileSystemException e) {
            throw new DatabaseAccessException(
                    meta.path(),
                    "the folder of the shadow WAL can't be written: " + FileProblem.access(meta.lockFile()),
                    e);
        }
    }

    /** Takes the lock of a folder that exists; null when another engine has it. */
    static @Nullable MetaLock tryLock(MetaDirectory meta) throws IOException {
        Path file = meta.path().toRealPath().resolve(meta.lockFile().getFileName());
        synchronized (HELD) {
            if (!HELD.add(file)) {
                return null;
            }
            MetaLock lock = null;
            try {
                lock = lockForThisProcess(file);
                return lock;
            } finally {
                if (lock == null) {
                    HELD.remove(file);
                }
            }
        }
    }

    @SuppressWarnings("MustBeClosedChecker")
    private static @Nullable MetaLock lockForThisProcess(Path file) throws IOException {
        FileIdentity.sizeOf(file); // refuses what isn't a file
        FileChannel channel = OwnerOnlyFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
            return lock == null ? null : new MetaLock(file, channel);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            HELD.remove(file);
            channel.close();
        }
    }
}
