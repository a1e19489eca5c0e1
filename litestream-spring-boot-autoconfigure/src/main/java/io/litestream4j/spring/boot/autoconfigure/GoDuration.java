package io.litestream4j.spring.boot.autoconfigure;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Litestream's configuration has them: {@code 1h30m}, {@code 500ms}; a bare number is nanoseconds. */
final class GoDuration {

    private static final int MAX_LENGTH = 40;
    private static final Pattern WHOLE = Pattern.compile("[+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h))+");
    private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
    private static final Pattern BARE = Pattern.compile("[+-]?\\d+");
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    /** The duration; empty when the text is none. */
    static Optional<Duration> parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        if (isBare(text)) {
            return bounded(new BigDecimal(text));
        }
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(nanos(part.group(2)))));
        }
        return bounded(text.startsWith("-") ? nanos.negate() : nanos);
    }

    /** Whether the text is a number without a unit. */
    static boolean isBare(String text) {
        return BARE.matcher(text).matches();
    }

    private static Optional<Duration> bounded(BigDecimal nanos) {
        return nanos.abs().compareTo(LONGEST) > 0
                ? Optional.empty()
                : Optional.of(
                        Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValueExact()));
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            // the unit of a microsecond is written in three ways
            default -> 1_000L;
        };
    }
}
