package io.litestream4j.restore;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.io.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that is restored to, and what may lie beside it. Never opens a file under the target's own name. */
final class RestoreTarget {

    static final Set<OpenOption> OWNER_ONLY_OPTIONS = Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);

    private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);
    private static final List<String> SIDECARS = List.of("-wal", "-shm", "-journal");
    private static final String MARK = ".restore";
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private final Path target;
    private final DurableFiles files;
    private final Clock clock;

    RestoreTarget(Path target, DurableFiles files, Clock clock) {
        this.target = target;
        this.files = files;
        this.clock = clock;
    }

    /** Requires that there is nothing to lose, and makes the folder. */
    void prepare() throws IOException {
        requireMissing();
        files.createDirectories(folder());
        removeStaleTemporaryFiles();
    }

    /** A new name beside the target for the file under construction. */
    Path newTemporaryFile() {
        return DurableFiles.temporaryFor(target.resolveSibling(target.getFileName() + MARK));
    }

    /** Creates a temporary file that {@link #prepare} of nobody else takes for abandoned while it is open. */
    static FileChannel createLocked(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                ownerOnly(file));
        channel.lock(); // until it is closed
        return channel;
    }

    /** Gives the finished file the target's name, with nothing beside it that SQLite would replay into it. */
    void publish(Path finished) throws IOException {
        requireMissing();
        moveSidecarsAside();
        if (Files.exists(target)) {
            files.publish(finished, target); // over an empty file
        } else {
            try {
                files.publishNew(finished, target);
            } catch (FileAlreadyExistsException e) {
                throw new DatabaseAccessException(target, "appeared while it was being restored; left as it is", e);
            }
        }
    }

    static FileAttribute<?>[] ownerOnly(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        boolean posix = folder != null && Files.getFileStore(folder).supportsFileAttributeView("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private void requireMissing() throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(target, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return;
        }
        if (!attributes.isRegularFile()) {
            throw new DatabaseAccessException(target, "expected a file or nothing, got something else", null);
        }
        if (attributes.size() > 0) {
            throw new DatabaseAccessException(
                    target, "exists, and a restore never overwrites: move it away, or restore to another path", null);
        }
    }

    private void moveSidecarsAside() throws IOException {
        String date = DATE.format(clock.instant());
        for (String suffix : SIDECARS) {
            Path sidecar = target.resolveSibling(target.getFileName() + suffix);
            if (Files.exists(sidecar, LinkOption.NOFOLLOW_LINKS)) {
                Path aside = free(sidecar.resolveSibling(sidecar.getFileName() + ".stale-" + date));
                Files.move(sidecar, aside, StandardCopyOption.ATOMIC_MOVE);
                LOG.warn(
                        "{} lay beside the missing database and would be replayed into it: moved to {}",
                        sidecar,
                        aside);
            }
        }
        files.syncDirectory(folder());
    }

    private static Path free(Path wanted) {
        Path path = wanted;
        for (int i = 2; Files.exists(path, LinkOption.NOFOLLOW_LINKS); i++) {
            path = wanted.resolveSibling(wanted.getFileName() + "-" + i);
        }
        return path;
    }

    private void removeStaleTemporaryFiles() throws IOException {
        Pattern ours = Pattern.compile(Pattern.quote(target.getFileName() + MARK) + "\\.[0-9a-f]{16}(\\.spill)?\\.tmp");
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder())) {
            for (Path file : stream) {
                if (ours.matcher(String.valueOf(file.getFileName())).matches()
                        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        && isAbandoned(file)) {
                    Files.deleteIfExists(file);
                    LOG.info("removed {}, left by a restore that was interrupted", file);
                }
            }
        }
    }

    /** A restore that still runs, in whatever process, holds a lock on its file. */
    private static boolean isAbandoned(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException | NoSuchFileException e) {
            return false;
        }
    }

    private Path folder() {
        Path parent = target.getParent();
        return parent == null ? target : parent;
    }
}
