package io.litestream4j.spring.boot.autoconfigure.actuate;

/** What a request says, fit for a message: short, and without what could forge a line of a log. */
final class Printable {

    private static final int LONGEST = 64;

    private Printable() {}

    static String of(String text) {
        String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "..." : plain;
    }
}
