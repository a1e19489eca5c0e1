package io.litestream4j.database;

import io.litestream4j.io.DurableFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database and what belongs to it under another name beside it, so that the set opens as a database. The database's own
 * name stays in use meanwhile, by a second link, where the file system has links. Every step can be repeated after a
 * crash, in both directions.
 */
final class KeptAside {

    private static final Logger LOG = LoggerFactory.getLogger(KeptAside.class);

    static final List<String> SIDECARS = List.of("-wal", "-shm", "-journal");

    private final Path database;
    private final Path aside;
    private final DurableFiles files;

    KeptAside(Path database, String name, DurableFiles files) {
        this.database = database;
        this.aside = database.resolveSibling(name);
        this.files = files;
    }

    Path path() {
        return aside;
    }

    /** Keeps what lies beside the database from being deleted by SQLite, which does that if the database is damaged. */
    void holdSidecars() throws IOException {
        for (String suffix : SIDECARS) {
            if (exists(beside(database, suffix))) {
                try {
                    Files.createLink(held(suffix), beside(database, suffix));
                } catch (UnsupportedOperationException | FileSystemException e) {
                    LOG.debug("{} can't be linked: {}", beside(database, suffix), e.toString());
                }
            }
        }
    }

    /**
     * Ends {@link #holdSidecars}.
     *
     * @param needed whether what has disappeared meanwhile belongs to what is kept
     */
    void releaseSidecars(boolean needed) throws IOException {
        for (String suffix : SIDECARS) {
            if (exists(held(suffix))) {
                if (needed && !exists(beside(database, suffix))) {
                    move(held(suffix), beside(aside, suffix));
                } else {
                    Files.delete(held(suffix));
                }
            }
        }
    }

    private Path held(String suffix) {
        return beside(aside, suffix + ".held");
    }

    /** Moves what lies beside the database; first, because without the database it can't be replayed into another. */
    void moveSidecars() throws IOException {
        for (String suffix : SIDECARS) {
            if (exists(beside(database, suffix))) {
                move(beside(database, suffix), beside(aside, suffix));
            }
        }
        files.syncDirectory(folder());
    }

    /** Gives the database its second name. */
    void keepDatabase() throws IOException {
        try {
            Files.createLink(aside, database);
        } catch (UnsupportedOperationException | IOException e) {
            if (exists(aside)) {
                throw e instanceof IOException problem ? problem : new IOException(e);
            }
            move(database, aside); // a file system without links
        }
        files.syncDirectory(folder());
    }

    /** Whether the database under its own name is the one that is kept. */
    boolean isStillInPlace() throws IOException {
        return exists(aside) && exists(database) && Files.isSameFile(aside, database);
    }

    boolean exists() {
        return exists(aside);
    }

    /** Undoes everything; only while no other database has taken the place. */
    void putBack() throws IOException {
        if (exists(aside) && FileIdentity.sizeOf(database) > 0 && !isStillInPlace()) {
            throw new FileAlreadyExistsException(
                    database.toString(),
                    aside.toString(),
                    "expected nothing there, as it was moved aside: somebody created another database meanwhile");
        }
        for (String suffix : SIDECARS) {
            if (exists(beside(aside, suffix))) {
                putBack(beside(aside, suffix), beside(database, suffix));
            }
            // one whose original SQLite has deleted is left for a person: it may be in the database by now
            if (exists(held(suffix)) && exists(beside(database, suffix))) {
                Files.delete(held(suffix));
            }
        }
        files.syncDirectory(folder());
        if (isStillInPlace()) {
            Files.delete(aside);
        } else if (exists(aside)) {
            move(aside, database);
        }
        files.syncDirectory(folder());
    }

    private static void putBack(Path kept, Path own) throws IOException {
        if (!exists(own)) {
            move(kept, own);
        } else if (Files.isSameFile(kept, own)) {
            Files.delete(kept); // a power failure has left the file both of its names
        } else {
            throw new FileAlreadyExistsException(
                    own.toString(),
                    kept.toString(),
                    "expected nothing there, as it was moved aside: somebody opened the database meanwhile");
        }
    }

    static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path folder() {
        Path parent = database.getParent();
        return parent == null ? database : parent;
    }
}
