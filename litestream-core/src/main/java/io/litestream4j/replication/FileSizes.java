package io.litestream4j.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sizes of a database's files, by stat calls alone: closing a descriptor of them would drop SQLite's locks. */
final class FileSizes {

    private FileSizes() {}

    /** Bytes of the database's file; 0 when it can't be asked. */
    static long ofDatabase(Path database) {
        return of(database);
    }

    /** Bytes of its WAL; 0 when there is none. */
    static long ofWal(Path database) {
        return of(Path.of(database + "-wal"));
    }

    private static long of(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
