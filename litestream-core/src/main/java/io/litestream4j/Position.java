package io.litestream4j;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A point in a database's history: everything before {@code offset} of WAL file {@code index} of a generation, and the
 * database as it was when that WAL file began. Ordered within one generation.
 *
 * @param generation the history it belongs to
 * @param index ordinal of the WAL file in the generation, from 0
 * @param offset bytes from the start of that WAL file; 0, 32, or a frame boundary
 */
public record Position(Generation generation, int index, long offset) implements Comparable<Position> {

    /** The last index that a generation can have; reaching it starts a new generation. */
    public static final int MAX_INDEX = 0x7FFFFFFF;

    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{16})/([0-9a-f]{8}):([0-9]{1,19})");

    public Position {
        if (index < 0) {
            throw new IllegalArgumentException("index must not be negative, got " + index);
        }
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative, got " + offset);
        }
    }

    /**
     * Reads the form that {@link #toString()} prints, such as {@code 0123456789abcdef/00000001:4152}.
     *
     * @throws IllegalArgumentException when the text is not a position
     */
    public static Position parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "position must look like 0123456789abcdef/00000001:4152, got \"%s\"".formatted(text));
        }
        return new Position(
                Generation.parse(matcher.group(1)),
                Integer.parseUnsignedInt(matcher.group(2), 16),
                Long.parseLong(matcher.group(3)));
    }

    /** The same WAL file at another offset. */
    public Position atOffset(long newOffset) {
        return new Position(generation, index, newOffset);
    }

    /** The start of the WAL file that follows this one. */
    public Position nextIndex() {
        return new Position(generation, index + 1, 0);
    }

    /**
     * Orders positions of one generation.
     *
     * @throws IllegalArgumentException when the other position is of another generation: they have no order
     */
    @Override
    public int compareTo(Position other) {
        if (!generation.equals(other.generation)) {
            throw new IllegalArgumentException(
                    "positions of different generations have no order: %s and %s".formatted(this, other));
        }
        int byIndex = Integer.compare(index, other.index);
        return byIndex != 0 ? byIndex : Long.compare(offset, other.offset);
    }

    /** Whether this position contains everything that the other, of the same generation, contains. */
    public boolean isAtLeast(Position other) {
        return compareTo(other) >= 0;
    }

    @Override
    public String toString() {
        return "%s/%08x:%d".formatted(generation, index, offset);
    }
}
