package io.litestream4j.replica.s3;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** What the proxy does to a request instead of passing it on and its answer back. */
@FunctionalInterface
public interface Fault {

    void apply(ProxiedExchange exchange) throws IOException, InterruptedException;

    /** The store answers with an error of S3's; nothing is done. */
    static Fault answer(int status, String code) {
        return answer(status, code, "the fault proxy says so", Map.of());
    }

    /** The same with its own words and headers. */
    static Fault answer(int status, String code, String message, Map<String, String> headers) {
        return exchange -> {
            exchange.readBody();
            String xml = exchange.request().method().equals("HEAD")
                    ? ""
                    : "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message>"
                                    .formatted(code, message)
                            + "<RequestId>fault-1</RequestId></Error>";
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Fault\r\nContent-Type: application/xml\r\n"
                    + "x-amz-request-id: fault-1\r\nContent-Length: " + xml.length() + "\r\n");
            if (!headers.containsKey("Date")) {
                head.append("Date: ")
                        .append(DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
                        .append("\r\n");
            }
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            OutputStream out = exchange.client().getOutputStream();
            out.write((head + "\r\n" + xml).getBytes(StandardCharsets.UTF_8));
            out.flush();
        };
    }

    /** An answer that the store would never give. */
    static Fault reply(int status, String body) {
        return exchange -> {
            exchange.readBody();
            OutputStream out = exchange.client().getOutputStream();
            out.write("HTTP/1.1 %d Fault\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(status, body.length(), body)
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
        };
    }

    /** The connection breaks in the middle of the request's body; nothing is done. */
    static Fault resetRequest() {
        return exchange -> {
            exchange.readHalfTheBody();
            exchange.reset();
        };
    }

    /** The store does what it was asked to do, and the connection breaks before its answer. */
    static Fault loseReply() {
        return exchange -> {
            exchange.forward();
            exchange.reset();
        };
    }

    /** The answer ends after so many bytes of its body, as if that were all. */
    static Fault cutReply(int bytes) {
        return exchange -> {
            byte[] reply = exchange.forward();
            int length = Math.min(reply.length, ProxiedExchange.headLength(reply) + bytes);
            exchange.client().getOutputStream().write(reply, 0, length);
            exchange.end();
        };
    }

    /** The connection breaks after so many bytes of the answer's body. */
    static Fault resetReply(int bytes) {
        return exchange -> {
            byte[] reply = exchange.forward();
            int length = Math.min(reply.length, ProxiedExchange.headLength(reply) + bytes);
            exchange.client().getOutputStream().write(reply, 0, length);
            exchange.client().getOutputStream().flush();
            exchange.reset();
        };
    }

    /** Nothing comes, for so long; then the connection breaks. */
    static Fault stall(Duration duration) {
        return exchange -> {
            exchange.readBody();
            exchange.closed().await(duration.toMillis(), TimeUnit.MILLISECONDS);
            exchange.reset();
        };
    }

    /** Nothing is wrong, but one request is served after the other: conditions are looked at in one step with storing. */
    static Fault oneAtATime() {
        ReentrantLock turn = new ReentrantLock(true);
        return exchange -> {
            byte[] ignored = exchange.readBody();
            turn.lock();
            try {
                exchange.pass();
            } finally {
                turn.unlock();
            }
        };
    }

    /** The store takes an object whatever the condition, or says so. */
    static Fault stored(String eTag) {
        return exchange -> {
            byte[] ignored = exchange.readBody();
            OutputStream out = exchange.client().getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nETag: \"%s\"\r\nContent-Length: 0\r\n\r\n"
                    .formatted(eTag)
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
        };
    }

    /** The answer is late. */
    static Fault delay(Duration duration) {
        return exchange -> {
            byte[] reply = exchange.forward();
            exchange.closed().await(duration.toMillis(), TimeUnit.MILLISECONDS);
            exchange.client().getOutputStream().write(reply);
            exchange.end();
        };
    }
}
