package io.litestream4j.io;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Changes files so that a crash at any moment leaves the old state or the new one: temporary file in the same folder,
 * write, fsync, atomic rename, fsync of the folder. What it creates, only its owner can read. Temporary names end in
 * {@value #TEMPORARY_SUFFIX}. Safe for use by several threads.
 */
public final class DurableFiles {

    /** How the name of every temporary file ends. */
    public static final String TEMPORARY_SUFFIX = ".tmp";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final FileOperations operations;

    /** On the real file system. */
    public DurableFiles() {
        this(new FileOperations());
    }

    DurableFiles(FileOperations operations) {
        this.operations = operations;
    }

    /** Writes a file, in place of one that may exist. When the call returns it is durable under its name. */
    public void write(Path target, FileContent content) throws IOException {
        Path temporary = temporaryFor(target);
        try {
            operations.writeNewFile(temporary, content);
            operations.rename(temporary, target);
        } finally {
            operations.delete(temporary);
        }
        syncDirectory(folderOf(target));
    }

    /**
     * Writes a file that must not exist yet, and never overwrites one. If a file with exactly these bytes exists, that
     * is a success.
     *
     * @throws FileAlreadyExistsException when it exists with other bytes
     */
    public void writeNew(Path target, FileContent content) throws IOException {
        Path temporary = temporaryFor(target);
        try {
            operations.writeNewFile(temporary, content);
            placeNew(temporary, target);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS) || Files.mismatch(temporary, target) >= 0) {
                throw e;
            }
        } finally {
            operations.delete(temporary);
        }
        syncDirectory(folderOf(target));
    }

    /**
     * Gives a finished file its name: fsync, then rename without overwriting, then fsync of the folder. Both must be in the
     * same folder.
     *
     * @throws FileAlreadyExistsException when a file of that name exists
     */
    public void publishNew(Path temporary, Path target) throws IOException {
        operations.forceFile(temporary);
        placeNew(temporary, target);
        operations.delete(temporary);
        syncDirectory(folderOf(target));
    }

    /** Gives a finished file its name, in place of a file that may exist; else as {@link #publishNew}. */
    public void publish(Path temporary, Path target) throws IOException {
        operations.forceFile(temporary);
        operations.rename(temporary, target);
        syncDirectory(folderOf(target));
    }

    /** Creates a folder and the missing ones above it, each durable in its parent. */
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = folderOf(directory);
        createDirectories(parent);
        try {
            operations.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw new FileAlreadyExistsException(directory.toString(), null, "expected a folder, got a file");
            }
        }
        operations.forceDirectory(parent);
    }

    /** Makes the names in a folder durable: what was created, renamed or deleted there. */
    public void syncDirectory(Path directory) throws IOException {
        operations.forceDirectory(directory);
    }

    /** Deletes a file for good; returns whether it existed. */
    public boolean deleteIfExists(Path file) throws IOException {
        boolean existed = operations.delete(file);
        if (existed) {
            syncDirectory(folderOf(file));
        }
        return existed;
    }

    /** A name for a temporary file beside the target that nobody else uses. */
    public static Path temporaryFor(Path target) {
        byte[] random = new byte[8];
        RANDOM.nextBytes(random);
        return target.resolveSibling(target.getFileName() + "." + HexFormat.of().formatHex(random) + TEMPORARY_SUFFIX);
    }

    private void placeNew(Path temporary, Path target) throws IOException {
        try {
            // a link, unlike a rename, can't overwrite
            operations.link(target, temporary);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | IOException e) {
            // a file system without links: nothing better than to look first
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            operations.rename(temporary, target);
        }
    }

    private static Path folderOf(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }
}
