package io.litestream4j.replica.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A request and the connection that it came by. */
public final class ProxiedExchange {

    private final ProxiedRequest request;
    private final InputStream in;
    private final Socket client;
    private final int upstreamPort;
    private final CountDownLatch closed;
    private byte @Nullable [] body;

    ProxiedExchange(ProxiedRequest request, InputStream in, Socket client, int upstreamPort, CountDownLatch closed) {
        this.request = request;
        this.in = in;
        this.client = client;
        this.upstreamPort = upstreamPort;
        this.closed = closed;
    }

    ProxiedRequest request() {
        return request;
    }

    Socket client() {
        return client;
    }

    /** Counted down when the proxy closes. */
    CountDownLatch closed() {
        return closed;
    }

    byte[] readBody() throws IOException {
        byte[] known = body;
        if (known == null) {
            agreeToBody();
            known = in.readNBytes(request.contentLength());
            if (known.length != request.contentLength()) {
                throw new EOFException("in the body of a request");
            }
            body = known;
        }
        return known;
    }

    void readHalfTheBody() throws IOException {
        agreeToBody();
        in.readNBytes(request.contentLength() / 2);
    }

    /** Sends the request on and returns the whole answer, head and body. */
    byte[] forward() throws IOException {
        byte[] content = readBody();
        try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), upstreamPort)) {
            OutputStream out = upstream.getOutputStream();
            out.write(request.head());
            out.write(content);
            out.flush();
            return upstream.getInputStream().readAllBytes();
        }
    }

    /** Passes everything on. */
    void pass() throws IOException {
        client.getOutputStream().write(forward());
        end();
    }

    /** Ends the connection in order. */
    void end() throws IOException {
        client.getOutputStream().flush();
        client.close();
    }

    /** Breaks the connection off. */
    void reset() throws IOException {
        client.setSoLinger(true, 0);
        client.close();
    }

    /** Bytes of an answer's head with the empty line. */
    static int headLength(byte[] reply) {
        return new String(reply, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
    }

    private void agreeToBody() throws IOException {
        if (request.expectsContinue() && body == null) {
            client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            client.getOutputStream().flush();
        }
    }
}
