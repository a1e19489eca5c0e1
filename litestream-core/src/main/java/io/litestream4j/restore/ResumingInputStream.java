package io.litestream4j.restore;

import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.replica.Reopenable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * An object's bytes, as many as were listed. When the storage breaks off, the object is opened again and read on from
 * the same byte. Throws {@link BackupDamage} when the object is gone or has another length than listed, and
 * {@link ReplicaUnreachableException} when the storage keeps breaking off.
 */
final class ResumingInputStream extends InputStream {

    private final StoredObject object;
    private final Retries retries;
    private @Nullable InputStream current;

    /** The first stream, if the storage can go on from a byte of the same version. */
    private @Nullable Reopenable reopenable;

    private long position;
    private int attempt = 1;

    ResumingInputStream(StoredObject object, Retries retries) {
        this.object = object;
        this.retries = retries;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (true) {
            try {
                int count = opened().read(target, offset, length);
                if (count >= 0) {
                    position += count;
                    requireNoMoreThanListed();
                    return count;
                }
                if (position == object.size()) {
                    return -1;
                }
                throw new ShortReadException();
            } catch (NoSuchFileException e) {
                throw object.damage("expected this object, which is listed, got nothing", e);
            } catch (IOException e) {
                retry(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
            current = null;
        }
    }

    private InputStream opened() throws IOException {
        InputStream stream = current;
        if (stream == null) {
            stream = openAtPosition();
            current = stream;
        }
        return stream;
    }

    private InputStream openAtPosition() throws IOException {
        if (reopenable != null && position > 0) {
            return reopenable.reopenAt(position);
        }
        InputStream fresh = object.open();
        current = fresh; // so that it is closed if the skipping fails
        reopenable = fresh instanceof Reopenable first ? first : null;
        fresh.skipNBytes(position);
        return fresh;
    }

    private void requireNoMoreThanListed() {
        if (position > object.size()) {
            throw object.damage("expected %d bytes, as listed, got more".formatted(object.size()), null);
        }
    }

    private void retry(IOException problem) throws IOException {
        closeQuietly();
        if (problem instanceof InterruptedIOException) {
            throw problem;
        }
        if (attempt == retries.attempts()) {
            if (problem instanceof ShortReadException) {
                throw object.damage("expected %d bytes, as listed, got %d".formatted(object.size(), position), null);
            }
            throw new ReplicaUnreachableException(
                    "%s on %s: expected %d bytes, got %d in %d attempts"
                            .formatted(object, object.replicaUrl(), object.size(), position, attempt),
                    problem);
        }
        retries.pauseAfter(attempt++);
    }

    private void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            current = null; // it is broken already
        }
    }

    /** The storage ended the object early without an error. */
    private static final class ShortReadException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
