package io.litestream4j;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Names one unbroken run of a database's WAL history. Any doubt about continuity starts a new one.
 *
 * @param name exactly 16 lowercase hexadecimal digits
 */
public record Generation(String name) {

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{16}");
    private static final SecureRandom RANDOM = new SecureRandom();

    public Generation {
        if (!isName(name)) {
            throw new IllegalArgumentException("generation must be 16 lowercase hexadecimal digits, got \"%s\""
                    .formatted(name.length() > 64 ? name.substring(0, 64) + "..." : name));
        }
    }

    /**
     * A new generation of ours. The first half of its name is random, the second is a checksum of it, which says that
     * {@linkplain #hasEndMarks() end marks} are written: a fact that must not get lost with the marks themselves.
     */
    public static Generation random() {
        String random = "%08x".formatted(RANDOM.nextInt());
        return new Generation(random + checksumOf(random));
    }

    /**
     * Whether its writer marks the end of every finished index, so that a missing mark shows a loss. Litestream's own
     * generations don't; one of their names in four thousand million looks as if.
     */
    public boolean hasEndMarks() {
        return name.endsWith(checksumOf(name.substring(0, 8)));
    }

    private static String checksumOf(String random) {
        CRC32C checksum = new CRC32C();
        checksum.update(("end marks " + random).getBytes(StandardCharsets.US_ASCII));
        return "%08x".formatted((int) checksum.getValue());
    }

    /**
     * The generation of that name.
     *
     * @throws IllegalArgumentException when it is not a generation name
     */
    public static Generation parse(String name) {
        return new Generation(name);
    }

    /** Whether the text is a generation name. */
    public static boolean isName(String text) {
        return text.length() == 16 && NAME.matcher(text).matches();
    }

    @Override
    public String toString() {
        return name;
    }
}
