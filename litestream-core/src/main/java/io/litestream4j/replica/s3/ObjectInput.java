package io.litestream4j.replica.s3;

import io.litestream4j.replica.Reopenable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** An object's bytes from an offset on: all of them, or an exception. Used by one thread. */
final class ObjectInput extends InputStream implements Reopenable {

    private final S3Objects objects;
    private final String key;
    private final ResponseInputStream<GetObjectResponse> body;
    private final long end;
    private final ReadingSpeed speed = new ReadingSpeed();
    private long position;

    private ObjectInput(
            S3Objects objects, String key, ResponseInputStream<GetObjectResponse> body, long start, long length) {
        this.objects = objects;
        this.key = key;
        this.body = body;
        this.position = start;
        this.end = start + length;
    }

    /** Opens an object at its first byte. */
    static ObjectInput open(S3Objects objects, String key) throws IOException {
        ResponseInputStream<GetObjectResponse> body = get(objects, key, objects.getRequest(key));
        return new ObjectInput(objects, key, body, 0, length(objects, key, body));
    }

    @Override
    public InputStream reopenAt(long offset) throws IOException {
        if (offset < 0 || offset > end) {
            throw new IllegalArgumentException("offset " + offset + " of " + end);
        }
        if (offset == end) {
            return InputStream.nullInputStream();
        }
        GetObjectRequest.Builder request = objects.getRequest(key).range("bytes=" + offset + "-");
        if (body.response().eTag() != null) {
            request.ifMatch(body.response().eTag());
        }
        ResponseInputStream<GetObjectResponse> rest = get(objects, key, request);
        String range = rest.response().contentRange();
        long length = length(objects, key, rest);
        boolean continues = range != null && range.startsWith("bytes " + offset + "-") && length == end - offset;
        if (!continues) {
            rest.abort();
            throw new IOException("can't read %s on from byte %d: the store sent %s and %d bytes"
                    .formatted(objects.url(key), offset, range == null ? "the whole object" : "another range", length));
        }
        return new ObjectInput(objects, key, rest, offset, length);
    }

    /** What the store says of the object. */
    GetObjectResponse response() {
        return body.response();
    }

    long length() {
        return end;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = readSome(target, offset, length);
        if (count > 0) {
            position += count;
            objects.calls().received(count);
        }
        if (count < 0 && position < end) {
            throw brokenOff(null);
        }
        if (position > end) {
            throw new IOException(
                    "%s: expected %d bytes, as the store announced, got more".formatted(objects.url(key), end));
        }
        return count;
    }

    @Override
    public void close() {
        if (position < end) {
            body.abort(); // reading the rest only to keep the connection would cost more
        } else {
            closeQuietly();
        }
    }

    private int readSome(byte[] target, int offset, int length) throws IOException {
        long begun = System.nanoTime();
        try {
            int count = body.read(target, offset, length);
            speed.read(count, System.nanoTime() - begun);
            return count;
        } catch (IOException | SdkException e) {
            if (Thread.currentThread().isInterrupted()) {
                InterruptedIOException interrupted = new InterruptedIOException("interrupted while reading");
                interrupted.initCause(e);
                throw interrupted;
            }
            throw brokenOff(e);
        }
    }

    /** Never an InterruptedIOException, which a timeout of the socket would be: reading on helps. */
    private IOException brokenOff(@Nullable Exception cause) {
        return new IOException(
                "%s: expected %d bytes, the store broke off after %d".formatted(objects.url(key), end, position),
                cause);
    }

    private void closeQuietly() {
        try {
            body.close();
        } catch (IOException | SdkException e) {
            body.abort(); // everything was read
        }
    }

    private static ResponseInputStream<GetObjectResponse> get(
            S3Objects objects, String key, GetObjectRequest.Builder request) throws IOException {
        try {
            return objects.calls().sendRaw(client -> client.getObject(request.build()));
        } catch (NoSuchKeyException e) {
            throw new NoSuchFileException(objects.url(key), null, "the bucket has no such object");
        } catch (SdkException e) {
            throw objects.calls().explain(S3Operation.READ, key, e);
        }
    }

    private static long length(S3Objects objects, String key, ResponseInputStream<GetObjectResponse> body)
            throws IOException {
        Long length = body.response().contentLength();
        if (length == null || length < 0) {
            body.abort();
            throw new IOException(objects.url(key) + ": the store didn't say how many bytes it sends");
        }
        return length;
    }
}
