package io.litestream4j.replica.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The path of an S3 URL as the beginning of keys, as Litestream reads it. */
final class S3Prefix {

    private S3Prefix() {}

    /** Undoes percent-encoding. */
    static String decode(String path) {
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the path of the S3 URL has a % that no two hexadecimal digits follow: write %25 for a %"); // without a cause, which repeats the text
        }
    }

    /** Removes slashes at the ends, double slashes, {@code .} and {@code ..}. */
    static String clean(String path) {
        Deque<String> names = new ArrayDeque<>();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                names.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        String cleaned = String.join("/", names);
        if (cleaned.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the path of an S3 replica has a control character: remove it");
        }
        return cleaned;
    }

    static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
