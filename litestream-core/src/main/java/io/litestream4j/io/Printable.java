package io.litestream4j.io;

/** Text that somebody else wrote, fit for a log line or a message. */
public final class Printable {

    private static final int LONGEST = 200;

    private Printable() {}

    /** The text in printable ASCII, other characters as their code, and no more than 200 characters of it. */
    public static String of(String text) {
        StringBuilder printable = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String next = c >= ' ' && c <= '~' ? String.valueOf(c) : "\\u%04x".formatted((int) c);
            if (printable.length() + next.length() > LONGEST) {
                return printable.append("...").toString();
            }
            printable.append(next);
        }
        return printable.toString();
    }
}
