package io.litestream4j;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

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

    /** A new generation with a name that nobody can guess or repeat. */
    public static Generation random() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return new Generation(HexFormat.of().formatHex(bytes));
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
