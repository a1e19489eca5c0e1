package io.litestream4j.replica.s3;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Collects an object's bytes. What fits in the first part stays in memory; with the first byte beyond it an upload in
 * parts begins. Closing does nothing: the writer of the content may close it, but only its reader knows that all is well.
 */
final class PartOutput extends OutputStream {

    /** Begins an upload in parts. */
    @FunctionalInterface
    interface Uploads {
        MultipartUpload begin() throws IOException;
    }

    private final PartSizes sizes;
    private final Uploads uploads;
    private PartBuffer buffer = new PartBuffer();
    private @Nullable MultipartUpload upload;
    private long written;

    PartOutput(PartSizes sizes, Uploads uploads) {
        this.sizes = sizes;
        this.uploads = uploads;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (buffer.size() == limit()) {
                sendBuffer();
            }
            done += buffer.fill(bytes, offset + done, length - done, limit());
        }
        written += length;
    }

    @Override
    public void close() {
        // see above
    }

    long written() {
        return written;
    }

    /** The bytes that weren't sent yet: all of them, without an upload. */
    PartBuffer rest() {
        return buffer;
    }

    /** The upload that has begun; null while one request is enough. */
    @Nullable
    MultipartUpload upload() {
        return upload;
    }

    private int limit() {
        return sizes.of(upload == null ? 1 : upload.nextPart());
    }

    private void sendBuffer() throws IOException {
        MultipartUpload current = upload;
        if (current == null) {
            current = uploads.begin();
            upload = current;
        }
        if (current.nextPart() == sizes.maxParts()) {
            throw new IOException("the object has more than %d bytes, which is more than S3 stores in %d parts"
                    .formatted(sizes.total(), sizes.maxParts()));
        }
        buffer = current.send(buffer);
    }
}
