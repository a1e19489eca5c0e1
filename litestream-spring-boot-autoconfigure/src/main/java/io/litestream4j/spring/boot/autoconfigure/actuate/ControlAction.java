package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be asked for through the control endpoint. */
enum ControlAction {
    /** Copies what is committed and waits until every replica has it. */
    SYNC(Duration.ofSeconds(10)),
    /** Stores a snapshot on every replica. */
    SNAPSHOT(Duration.ofMinutes(1)),
    /** Restores replicas to a temporary file and compares them with the database. */
    VALIDATE(Duration.ofMinutes(1)),
    /** Deletes what is older than the retention. */
    RETENTION(Duration.ofMinutes(1));

    private final Duration timeout;

    ControlAction(Duration timeout) {
        this.timeout = timeout;
    }

    /** How long its answer is waited for unless told otherwise. */
    Duration timeout() {
        return timeout;
    }

    /** As in a path. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ControlAction> of(String id) {
        return Arrays.stream(values()).filter(action -> action.id().equals(id)).findFirst();
    }

    static List<String> ids() {
        return Arrays.stream(values()).map(ControlAction::id).toList();
    }
}
