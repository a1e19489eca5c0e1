package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The databases that the application contexts of this process take care of. It tells a second context, as tests have them,
 * from a DataSource that was opened too early: both have the file open. A context gives back its claims when it is closed.
 */
final class ClaimedFiles {

    private static final Map<Path, Integer> CLAIMS = new ConcurrentHashMap<>();

    private ClaimedFiles() {}

    /** Whether nobody else takes care of it. */
    static boolean claim(Path file) {
        return CLAIMS.merge(file, 1, Integer::sum) == 1;
    }

    static void release(Path file) {
        CLAIMS.computeIfPresent(file, (path, claims) -> claims == 1 ? null : claims - 1);
    }
}
