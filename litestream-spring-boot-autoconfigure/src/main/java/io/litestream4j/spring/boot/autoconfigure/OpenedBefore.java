package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Who in this process had the database open before its restore. */
enum OpenedBefore {
    /** Nobody, as it should be. */
    NOBODY,
    /** A DataSource that no bean definition shows. */
    APPLICATION,
    /** Another application context with replication of its own. */
    ANOTHER_CONTEXT;

    static OpenedBefore check(DatabaseSetup database) {
        Path path = database.path();
        try {
            Optional<Set<Path>> open = OpenFiles.now();
            Path folder = path.getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                return NOBODY;
            }
            // the system lists files by the names behind all links
            Path real = folder.toRealPath().resolve(path.getFileName());
            if (Files.exists(path)) {
                real = path.toRealPath();
            }
            if (open.isEmpty()) {
                return createdByUs(path) ? APPLICATION : NOBODY;
            }
            if (open.get().contains(lock(database, real))) {
                return ANOTHER_CONTEXT;
            }
            return open.get().contains(real) ? APPLICATION : NOBODY;
        } catch (IOException e) {
            return NOBODY;
        }
    }

    private static Path lock(DatabaseSetup database, Path real) throws IOException {
        Path meta = database.settings().metaPath();
        if (meta == null) {
            return real.resolveSibling("." + real.getFileName() + "-litestream").resolve("lock");
        }
        return (Files.exists(meta) ? meta.toRealPath() : meta).resolve("lock");
    }

    /** Without a list of open files: an empty file that is younger than this process is most likely its own. */
    private static boolean createdByUs(Path path) throws IOException {
        return Files.exists(path)
                && Files.size(path) == 0
                && Files.getLastModifiedTime(path).toMillis()
                        >= ManagementFactory.getRuntimeMXBean().getStartTime();
    }
}
