package io.litestream4j.database;

import io.litestream4j.UnsafeSqliteVersionException;
import java.util.Arrays;

/** Tells SQLite libraries that can lose committed pages (the WAL-reset bug, fixed in 3.51.3) from those that don't. */
final class SqliteVersion {

    private SqliteVersion() {}

    /** Throws when replication on this library could damage the database. */
    static void requireSafe(String version) {
        if (!isSafe(version)) {
            throw new UnsafeSqliteVersionException(version);
        }
    }

    static boolean isSafe(String version) {
        if (!version.matches("\\d{1,4}(\\.\\d{1,4}){2,3}")) {
            return false;
        }
        int[] parts =
                Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
        long number = parts[0] * 1_000_000L + parts[1] * 1_000L + parts[2];
        boolean repaired = number >= 3_051_003L;
        boolean repairedInOlderBranch = (parts[0] == 3 && parts[1] == 50 && parts[2] >= 7)
                || (parts[0] == 3 && parts[1] == 44 && parts[2] >= 6);
        return repaired || repairedInOlderBranch;
    }
}
