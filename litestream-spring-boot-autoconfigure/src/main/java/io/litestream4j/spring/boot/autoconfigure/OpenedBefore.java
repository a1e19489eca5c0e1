package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Finds out whether this process has the database open before its restore, by a DataSource that no definition shows. */
final class OpenedBefore {

    private OpenedBefore() {}

    static boolean check(Path database) {
        try {
            if (Files.notExists(database)) {
                return false;
            }
            Optional<Set<Path>> open = OpenFiles.now();
            // the system lists files by the names behind all links
            return open.isPresent() ? open.get().contains(database.toRealPath()) : isEmptyAndOurs(database);
        } catch (IOException e) {
            return false;
        }
    }

    /** Without a list of open files: an empty file that is younger than this process is most likely its own. */
    private static boolean isEmptyAndOurs(Path database) throws IOException {
        return Files.size(database) == 0
                && Files.getLastModifiedTime(database).toMillis()
                        >= ManagementFactory.getRuntimeMXBean().getStartTime();
    }
}
