package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Gives a database that is about to be replaced a dated name, together with the files that belong to it. */
final class KeptAside {

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    private KeptAside() {}

    /** The new name of the database. With its WAL beside it, it can be opened as it was. */
    static Path move(Path database) throws IOException {
        Path aside = database.resolveSibling(database.getFileName() + "." + NAME.format(Instant.now()));
        Files.move(database, aside);
        for (String suffix : List.of("-wal", "-journal", "-shm")) {
            Path companion = database.resolveSibling(database.getFileName() + suffix);
            if (Files.exists(companion)) {
                Files.move(companion, aside.resolveSibling(aside.getFileName() + suffix));
            }
        }
        return aside;
    }
}
