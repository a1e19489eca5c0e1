package io.litestream4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds out which file a path means to the operating system. SQLite follows links before it names its WAL, so a database
 * behind a link has its WAL beside the link's target; and {@code a/../b} is not {@code b} where {@code a} is a link.
 */
public final class RealPaths {

    private static final int MAX_LINKS = 40;

    private RealPaths() {}

    /** The absolute path without links; the file, and folders above it, need not exist. */
    public static Path of(Path path) {
        try {
            return resolve(path.toAbsolutePath(), MAX_LINKS);
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    private static Path resolve(Path absolute, int linksLeft) throws IOException {
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        Path parent = absolute.getParent();
        if (parent == null || linksLeft == 0) {
            return absolute;
        }
        if (Files.isSymbolicLink(absolute)) {
            return resolve(parent.resolve(Files.readSymbolicLink(absolute)), linksLeft - 1);
        }
        return resolve(parent, linksLeft).resolve(absolute.getFileName()).normalize();
    }
}
