package io.litestream4j.replica.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import software.amazon.awssdk.core.sync.RequestBody;

/** Bytes of one request, in memory that grows with them up to a limit. Used by one thread at a time. */
final class PartBuffer {

    private static final int FIRST_CAPACITY = 32 << 10;

    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int size;

    /**
     * Takes as many bytes as there is room for.
     *
     * @param limit bytes that the buffer may hold
     * @return how many were taken
     */
    int fill(byte[] source, int offset, int length, int limit) {
        int count = Math.min(length, limit - size);
        ensureCapacity(size + count, limit);
        System.arraycopy(source, offset, bytes, size, count);
        size += count;
        return count;
    }

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** For Content-MD5, by which every store refuses bytes that were damaged on their way. */
    @SuppressWarnings("WeakMessageDigest")
    String md5() {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(bytes, 0, size);
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    /** The bytes as a body that can be sent again. The buffer must not change meanwhile. */
    RequestBody body() {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, size), size, "application/octet-stream");
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes, 0, size);
    }

    private void ensureCapacity(int needed, int limit) {
        if (needed > bytes.length) {
            int doubled = (int) Math.min(limit, 2L * bytes.length);
            bytes = Arrays.copyOf(bytes, Math.max(needed, doubled));
        }
    }
}
