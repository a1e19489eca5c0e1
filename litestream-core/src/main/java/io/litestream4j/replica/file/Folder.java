package io.litestream4j.replica.file;

import io.litestream4j.io.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A folder of a replica. None of the folders between the replica's root and its objects may be a symbolic link. */
final class Folder {

    private final Path root;
    private final Path path;

    Folder(Path root, String below) {
        this.root = root;
        this.path = root.resolve(below);
    }

    Folder(Path path) {
        this.root = path;
        this.path = path;
    }

    /** What the folder holds; nothing when it doesn't exist. */
    List<FolderEntry> entries() throws IOException {
        List<FolderEntry> entries = new ArrayList<>();
        if (!exists()) {
            return entries;
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
            for (Path file : stream) {
                addIfPresent(entries, file);
            }
        } catch (NoSuchFileException e) {
            return List.of(); // deleted since
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return entries;
    }

    /** The folder above, proved to have no symbolic link below the root. */
    Path parent() throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            return path;
        }
        new Folder(root, root.relativize(parent).toString()).exists();
        return parent;
    }

    void removeStaleTemporaryFiles(Instant olderThan) throws IOException {
        for (FolderEntry entry : entries()) {
            if (entry.name().endsWith(DurableFiles.TEMPORARY_SUFFIX)
                    && entry.attributes().isRegularFile()
                    && entry.modified().isBefore(olderThan)) {
                Files.deleteIfExists(path.resolve(entry.name()));
            }
        }
    }

    /** Only a clear answer counts as absence: a folder that may not be looked into is an exception. */
    private boolean exists() throws IOException {
        try {
            if (!Files.readAttributes(root, BasicFileAttributes.class).isDirectory()) {
                throw new NotDirectoryException(
                        root + " is a file: name a folder for the replica, or move the file away");
            }
            Path current = root;
            for (Path name : root.relativize(path)) {
                current = current.resolve(name);
                BasicFileAttributes attributes =
                        Files.readAttributes(current, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isSymbolicLink()) {
                    throw new IOException(current + " is a symbolic link: a replica's folders must be folders");
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void addIfPresent(List<FolderEntry> entries, Path file) throws IOException {
        Path name = file.getFileName();
        if (name == null) {
            return;
        }
        try {
            entries.add(new FolderEntry(
                    name.toString(), Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException e) {
            return; // deleted since the folder was read
        }
    }
}
