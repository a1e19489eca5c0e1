package io.litestream4j.database;

import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Read access to the WAL that SQLite writes. No lock of SQLite's lives on this file, so it may be opened and closed
 * while connections are open; the same is not true of the database and its shared-memory file. Not thread-safe.
 */
final class LiveWal implements AutoCloseable {

    private final Path path;
    private final byte[] headerBytes = new byte[WalHeader.SIZE];
    private @Nullable FileChannel channel;

    LiveWal(Path database) {
        this.path = KeptAside.beside(database, "-wal");
    }

    Path path() {
        return path;
    }

    /** Bytes of the file, which may hold frames of earlier uses behind the valid ones; 0 when there is none. */
    long size() throws IOException {
        FileChannel open = channelOrNull();
        return open == null ? 0 : open.size();
    }

    /** The header as it is on disk now; null when the file is absent, shorter than a header, or holds none. */
    @Nullable
    WalHeader readHeader() throws IOException {
        FileChannel open = channelOrNull();
        if (open == null || read(ByteBuffer.wrap(headerBytes), 0) < WalHeader.SIZE) {
            return null;
        }
        return WalHeader.parse(headerBytes);
    }

    /** The bytes of the header that {@link #readHeader()} returned last. */
    byte[] headerBytes() {
        return headerBytes.clone();
    }

    /** Reads until the buffer is full or the file ends; returns the number of bytes read. */
    int read(ByteBuffer buffer, long position) throws IOException {
        FileChannel open = channelOrNull();
        return open == null ? 0 : Channels.readFully(open, buffer, position);
    }

    /** The bytes before an offset, as a source of frames. */
    FrameScan.Source before(long end) {
        return (buffer, position) -> {
            long left = Math.max(0, end - position);
            if (left < buffer.remaining()) {
                buffer.limit(buffer.position() + (int) left);
            }
            return read(buffer, position);
        };
    }

    private @Nullable FileChannel channelOrNull() throws IOException {
        if (channel == null || !channel.isOpen()) {
            try {
                channel = FileChannel.open(path, StandardOpenOption.READ);
            } catch (NoSuchFileException e) {
                return null;
            }
        }
        return channel;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
