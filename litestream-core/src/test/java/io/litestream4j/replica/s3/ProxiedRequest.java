package io.litestream4j.replica.s3;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the proxy.
 *
 * @param method HTTP's
 * @param target path and query
 * @param headers by lower-case name
 */
public record ProxiedRequest(String method, String target, Map<String, String> headers) {

    /** The columns of a bill. */
    public enum Kind {
        PUT,
        GET,
        LIST,
        DELETE
    }

    /** As the bill has it. */
    public Kind kind() {
        if (method.equals("DELETE") || isBatchDelete()) {
            return Kind.DELETE;
        }
        if (method.equals("PUT") || method.equals("POST")) {
            return Kind.PUT;
        }
        return target.contains("list-type=2") ? Kind.LIST : Kind.GET;
    }

    public boolean isPart() {
        return method.equals("PUT") && target.contains("partNumber=");
    }

    public boolean isCreate() {
        return method.equals("POST") && target.contains("?uploads");
    }

    public boolean isComplete() {
        return method.equals("POST") && target.contains("?uploadId=");
    }

    public boolean isPlainPut() {
        return method.equals("PUT") && !isPart();
    }

    /** Whether it is refused when the object exists. */
    public boolean isConditional() {
        return headers.containsKey("if-none-match");
    }

    public boolean isBatchDelete() {
        return method.equals("POST") && target.contains("?delete");
    }

    public boolean isList() {
        return kind() == Kind.LIST;
    }

    public boolean isGet() {
        return kind() == Kind.GET;
    }

    int contentLength() {
        return Integer.parseInt(headers.getOrDefault("content-length", "0"));
    }

    boolean expectsContinue() {
        return headers.containsKey("expect");
    }

    /** The head as it is sent on, for one request in one connection. */
    byte[] head() {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        headers.forEach((name, value) -> {
            if (!name.equals("connection") && !name.equals("expect")) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        return head.append("connection: close\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Null when the connection ends before another request. */
    static @Nullable ProxiedRequest read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        String[] words = first.split(" ", 3);
        Map<String, String> headers = new LinkedHashMap<>();
        String line = line(in);
        while (line != null && !line.isEmpty()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
            line = line(in);
        }
        if (line == null) {
            throw new EOFException("in the head of a request");
        }
        return new ProxiedRequest(words[0], words[1], headers);
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        while (c >= 0 && c != '\n') {
            line.write(c);
            c = in.read();
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
