package io.litestream4j.lease;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a lease says, as a text of {@link Properties}:
 *
 * <pre>
 * format=1
 * owner, session, host, pid, process      who holds it
 * taken, renewed                          when, by the holder's clock: for a person
 * ttl                                     how long it lasts after it was stored, by the storage's clock
 * released                                whether its holder has ended in good order
 * generation                              the one that counts: its first snapshot is stored
 * namedBy                                 the owner that named it
 * beginnings                              those whose first object may be on its way
 * supersedes                              those that lay on the replica then, up to their last positions: an object that a
 *                                         late writer still adds to one of them is not the newest state
 * </pre>
 *
 * @param holder who holds it
 * @param taken when it was taken, by the holder's clock
 * @param renewed when it was stored last, by the holder's clock
 * @param ttl how long it lasts after it was stored
 * @param released whether its holder has let go of it
 * @param generation the one that counts; null before the first one
 * @param namedBy the owner that named it; empty before the first one
 * @param beginnings generations that were about to begin, and haven't been named
 * @param supersedes the generations that were on the replica when that one began, with the last position of each
 */
record LeaseRecord(
        LeaseHolder holder,
        Instant taken,
        Instant renewed,
        Duration ttl,
        boolean released,
        @Nullable Generation generation,
        String namedBy,
        Set<Generation> beginnings,
        Map<Generation, Position> supersedes) {

    private static final String FORMAT = "1";
    private static final int MAX_TEXT = 255;

    /** As many as fit; more are on no replica that was ever cleaned. */
    static final int MAX_SUPERSEDED = 1200;

    private static final int MAX_BEGINNINGS = 20;

    LeaseRecord {
        beginnings = Set.copyOf(beginnings);
        supersedes = Map.copyOf(supersedes);
    }

    /** Taken for the first time. */
    static LeaseRecord first(LeaseHolder holder, Instant now, Duration ttl) {
        return new LeaseRecord(holder, now, now, ttl, false, null, "", Set.of(), Map.of());
    }

    /** The same, stored anew by its holder. */
    LeaseRecord renewedAt(Instant now) {
        return new LeaseRecord(holder, taken, now, ttl, released, generation, namedBy, beginnings, supersedes);
    }

    /** The same for another holder; what counts on the replica doesn't change by that. */
    LeaseRecord takenBy(LeaseHolder next, Instant now, Duration lasting) {
        return new LeaseRecord(next, now, now, lasting, false, generation, namedBy, beginnings, supersedes);
    }

    /** The same, given back. */
    LeaseRecord release(Instant now) {
        return new LeaseRecord(holder, taken, now, ttl, true, generation, namedBy, beginnings, supersedes);
    }

    /** The same, with a generation whose first object is about to be stored. */
    LeaseRecord beginning(Generation next) {
        Set<Generation> all = new LinkedHashSet<>(beginnings);
        all.add(next);
        Set<Generation> some =
                all.stream().skip(Math.max(0, all.size() - MAX_BEGINNINGS)).collect(Collectors.toSet());
        return new LeaseRecord(holder, taken, renewed, ttl, released, generation, namedBy, some, supersedes);
    }

    /** The same, with another generation that counts. */
    LeaseRecord naming(Generation next, Map<Generation, Position> others) {
        Map<Generation, Position> known = new LinkedHashMap<>();
        beginnings.forEach(begun -> known.put(begun, new Position(begun, 0, 0)));
        others.entrySet().stream().limit(MAX_SUPERSEDED).forEach(other -> known.put(other.getKey(), other.getValue()));
        known.remove(next);
        return new LeaseRecord(holder, taken, renewed, ttl, released, next, holder.owner(), Set.of(), known);
    }

    String toText() {
        Properties values = new Properties();
        values.setProperty("format", FORMAT);
        values.setProperty("owner", holder.owner());
        values.setProperty("session", holder.session());
        values.setProperty("host", holder.host());
        values.setProperty("pid", Long.toString(holder.pid()));
        values.setProperty("process", holder.process());
        values.setProperty("taken", taken.toString());
        values.setProperty("renewed", renewed.toString());
        values.setProperty("ttl", ttl.toString());
        values.setProperty("released", Boolean.toString(released));
        if (generation != null) {
            values.setProperty("generation", generation.name());
        }
        values.setProperty("namedBy", namedBy);
        values.setProperty("beginnings", joined(beginnings.stream().map(Generation::name)));
        values.setProperty("supersedes", joined(supersedes.values().stream().map(Position::toString)));
        StringWriter text = new StringWriter();
        try {
            values.store(text, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory takes all
        }
        return text.toString();
    }

    /**
     * Reads one.
     *
     * @param url of the replica, for messages
     * @throws IOException when it is something else, or of a later version
     */
    static LeaseRecord parse(StoredLease stored, String url) throws IOException {
        Properties values = new Properties();
        try {
            if (stored.content().length() > StoredLease.MAX_SIZE) {
                throw new IllegalArgumentException("more than %d bytes".formatted(StoredLease.MAX_SIZE));
            }
            values.load(new StringReader(stored.content()));
            return read(values);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException(
                    ("%s: lease.properties isn't a lease that this version can read (%s): use the version that wrote it;"
                                    + " or, if nothing else writes to this replica, delete lease.properties there")
                            .formatted(url, printable(String.valueOf(e.getMessage()))),
                    e);
        }
    }

    private static LeaseRecord read(Properties values) {
        String format = text(values, "format");
        if (!format.equals(FORMAT)) {
            throw new IllegalArgumentException("format " + format + ", expected " + FORMAT);
        }
        Duration ttl =
                new LeaseSettings(true, Duration.parse(text(values, "ttl")), OnConflict.WAIT, OnNewerBackup.FAIL).ttl();
        String generation = values.getProperty("generation");
        LeaseHolder holder = new LeaseHolder(
                text(values, "owner"),
                text(values, "session"),
                printable(text(values, "host")),
                Long.parseLong(text(values, "pid")),
                text(values, "process"));
        return new LeaseRecord(
                holder,
                Instant.parse(text(values, "taken")),
                Instant.parse(text(values, "renewed")),
                ttl,
                text(values, "released").equals("true"),
                generation == null ? null : Generation.parse(generation),
                text(values, "namedBy"),
                words(values, "beginnings").map(Generation::parse).collect(Collectors.toSet()),
                words(values, "supersedes")
                        .map(Position::parse)
                        .collect(Collectors.toMap(Position::generation, position -> position, (one, same) -> one)));
    }

    private static String joined(Stream<String> words) {
        return words.sorted().collect(Collectors.joining(" "));
    }

    private static Stream<String> words(Properties values, String key) {
        return Stream.of(text(values, key, StoredLease.MAX_SIZE).split(" ")).filter(word -> !word.isEmpty());
    }

    private static String text(Properties values, String key) {
        return text(values, key, MAX_TEXT);
    }

    private static String text(Properties values, String key, int longest) {
        String value = values.getProperty(key);
        if (value == null || value.length() > longest) {
            throw new IllegalArgumentException(value == null ? "no " + key : key + " is too long");
        }
        return value;
    }

    /** Whoever wrote it, it ends in logs. */
    private static String printable(String text) {
        String shortened = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
        return shortened.replaceAll("[^\\x20-\\x7e]", "?");
    }

    /** For a person; without ids. */
    @Override
    public String toString() {
        return "%s, since %s%s".formatted(holder, taken, released ? ", released" : "");
    }
}
