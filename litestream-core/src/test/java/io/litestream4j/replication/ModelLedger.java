package io.litestream4j.replication;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import org.sqlite.SQLiteConnection;

/**
 * What an application knew before it was killed, one line for each event, in the order in which they happened: that a
 * transaction is about to commit and what the database is then, that it has committed, that the replica acknowledged.
 */
final class ModelLedger implements AutoCloseable {

    /** Kinds of events. */
    enum Event {
        /** A commit is about to be made; its digest is known. */
        INTENT,
        /** Something is about to be done whose outcome isn't known before. */
        CHANGE,
        /** The database is in a committed state. */
        COMMITTED,
        /** The replica has all that was committed before the last {@link #ASKED}. */
        ACKNOWLEDGED,
        /** The position is asked for. */
        ASKED
    }

    /**
     * One line.
     *
     * @param time by the storage's clock
     * @param digest of the whole database, or a generation's name, or "-"
     */
    record Line(Event event, long time, String digest) {

        static Line parse(String text) {
            String[] words = text.split(" ", -1);
            return new Line(Event.valueOf(words[0]), Long.parseLong(words[1]), words[2]);
        }
    }

    private static final int CHANGE_COUNTER = 24;
    private static final int VERSION_VALID_FOR = 92;

    private final FileOutputStream out;
    private final Clock clock;

    ModelLedger(Path file, Clock clock) throws IOException {
        this.out = new FileOutputStream(file.toFile(), true);
        this.clock = clock;
    }

    synchronized void add(Event event, String digest) throws IOException {
        String line = "%s %d %s%n".formatted(event, clock.millis(), digest);
        out.write(line.getBytes(StandardCharsets.US_ASCII));
    }

    /** The database as this connection sees it, with what its own open transaction has changed. */
    static String digest(Connection connection) throws SQLException {
        return digest(connection.unwrap(SQLiteConnection.class).serialize("main"));
    }

    /**
     * Of every page, but for what a commit changes that changes nothing: the change counter, the version that it is
     * valid for, and the journal mode.
     */
    static String digest(byte[] image) {
        if (image == null || image.length == 0) {
            return "empty";
        }
        byte[] pages = image.clone();
        pages[18] = 0;
        pages[19] = 0;
        Arrays.fill(pages, CHANGE_COUNTER, CHANGE_COUNTER + 4, (byte) 0);
        Arrays.fill(pages, VERSION_VALID_FOR, VERSION_VALID_FOR + 8, (byte) 0);
        try {
            byte[] sum = java.security.MessageDigest.getInstance("SHA-256").digest(pages);
            return "%s.%d"
                    .formatted(java.util.HexFormat.of().formatHex(sum, 0, 12), image.length)
                    .toLowerCase(Locale.ROOT);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
