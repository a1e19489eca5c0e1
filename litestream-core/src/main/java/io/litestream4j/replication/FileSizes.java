package io.litestream4j.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sizes of a database's files, by stat calls alone: closing a descriptor of them would drop SQLite's locks.
 *
 * @param database bytes of the database's file; 0 when it can't be asked
 * @param wal bytes of its WAL; 0 when there is none
 */
record FileSizes(long database, long wal) {

    static final FileSizes NONE = new FileSizes(0, 0);

    static FileSizes of(Path database) {
        return new FileSizes(size(database), size(database.resolveSibling(database.getFileName() + "-wal")));
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
