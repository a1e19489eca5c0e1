package io.litestream4j.replica.file;

import io.litestream4j.io.DurableFiles;
import io.litestream4j.io.FileProblem;
import io.litestream4j.io.OwnerOnlyFiles;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease of a replica in a folder: {@code lease.properties}, replaced by a rename while {@code lease.lock} is locked
 * for the moment that takes. A version is the checksum of the content.
 */
final class FileLease {

    private static final Logger LOG = LoggerFactory.getLogger(FileLease.class);
    private static final String LOCK = "lease.lock";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** A lock of a file belongs to the process: within it, threads need one of their own. */
    private static final Map<Path, ReentrantLock> OF_THIS_PROCESS = new ConcurrentHashMap<>();

    private final Path root;
    private final DurableFiles files;
    private volatile boolean lockless;

    FileLease(Path root, DurableFiles files) {
        this.root = root;
        this.files = files;
    }

    @Nullable
    StoredLease read() throws IOException {
        try {
            String content = content();
            return content == null ? null : new StoredLease(content, versionOf(content), age(file()));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private @Nullable String content() throws IOException {
        try (InputStream in = Files.newInputStream(file(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(StoredLease.MAX_SIZE + 1), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Null when another version is there. */
    @Nullable
    String store(String content, @Nullable String version) throws IOException {
        if (version == null) {
            files.createDirectories(root);
        } else if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(
                    root.toString(), null, "the replica's folder is gone: mount its volume, or create it again");
        }
        ReentrantLock threads =
                OF_THIS_PROCESS.computeIfAbsent(root.toRealPath().resolve(LOCK), path -> new ReentrantLock());
        threads.lock();
        try (FileChannel channel = openLock();
                FileLock lock = lock(channel)) {
            LOG.trace("{}: lease is replaced, {}", root, lock);
            return replace(content, version);
        } finally {
            threads.unlock();
        }
    }

    private FileChannel openLock() throws IOException {
        Path file = root.resolve(LOCK);
        try {
            return OwnerOnlyFiles.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw FileProblem.explained(e, file, 1);
        }
    }

    private @Nullable String replace(String content, @Nullable String version) throws IOException {
        String present = content();
        if (!Objects.equals(version, present == null ? null : versionOf(present))) {
            return null;
        }
        files.write(file(), out -> out.write(content.getBytes(StandardCharsets.US_ASCII)));
        return versionOf(content);
    }

    /** Null where the file system has no locks: then only the time between two looks is unguarded. */
    private @Nullable FileLock lock(FileChannel channel) throws IOException {
        long begun = System.nanoTime();
        while (!lockless) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (!lockless && System.nanoTime() - begun > PATIENCE_NANOS) {
                throw new IOException(root.resolve(LOCK) + " is locked by another process, which hangs");
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
        return null;
    }

    private @Nullable FileLock tryLock(FileChannel channel) {
        try {
            return channel.tryLock();
        } catch (IOException e) {
            lockless = true;
            LOG.warn(
                    "{}: files can't be locked there ({}): of two instances that begin within a moment both may write,"
                            + " see to it that only one does",
                    root,
                    e.toString());
            return null;
        }
    }

    /** By the clock that dates the files there, which may be another machine's; zero where it can't be asked. */
    private Duration age(Path file) throws IOException {
        Path probe = DurableFiles.temporaryFor(file);
        try (FileChannel made = OwnerOnlyFiles.open(probe, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            LOG.trace("{} tells the time of its file system", made);
            return Duration.between(modified(file), modified(probe));
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            return Duration.ZERO;
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private Path file() {
        return root.resolve(ReplicaPaths.LEASE);
    }

    private static Instant modified(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .lastModifiedTime()
                .toInstant();
    }

    private static String versionOf(String content) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
