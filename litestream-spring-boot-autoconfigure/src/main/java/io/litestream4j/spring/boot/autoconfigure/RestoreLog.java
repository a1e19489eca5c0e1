package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.restore.RestoreResult;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Remembers the last restore of one database. Thread-safe. */
final class RestoreLog {

    private final Clock clock;
    private volatile @Nullable LastRestore last;

    RestoreLog(Clock clock) {
        this.clock = clock;
    }

    void add(RestoreResult result) {
        last = new LastRestore(result, clock.instant());
    }

    @Nullable
    LastRestore last() {
        return last;
    }
}
