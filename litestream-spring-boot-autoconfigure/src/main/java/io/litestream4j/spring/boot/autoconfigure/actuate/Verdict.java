package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.util.Collection;
import java.util.List;

/**
 * How something fares, and why.
 *
 * @param level how it fares
 * @param reasons why it isn't well, each a sentence for a person; empty when it is
 */
record Verdict(Level level, List<String> reasons) {

    /** From well to badly. */
    enum Level {
        UP,
        UNKNOWN,
        /** Not what it should be; the application is not to be taken out of service for it. */
        DEGRADED,
        DOWN
    }

    static final Verdict WELL = new Verdict(Level.UP, List.of());

    static Verdict of(Level level, String reason) {
        return new Verdict(level, List.of(reason));
    }

    /** The worst of them, with its reasons; well when there are none. */
    static Verdict worst(Collection<Verdict> verdicts) {
        Level level =
                verdicts.stream().map(Verdict::level).max(Level::compareTo).orElse(Level.UP);
        return new Verdict(
                level,
                verdicts.stream()
                        .filter(verdict -> verdict.level == level)
                        .flatMap(verdict -> verdict.reasons.stream())
                        .distinct()
                        .toList());
    }
}
