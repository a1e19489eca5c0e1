package io.litestream4j.restore;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a transaction that isn't committed yet and doesn't fit in memory, in the order in which they came. In a
 * temporary file that exists only while it is needed.
 */
final class TransactionSpill implements Closeable {

    private final Path path;
    private final ByteBuffer record;
    private @Nullable FileChannel file;
    private long end;

    TransactionSpill(Path path, int pageSize) {
        this.path = path;
        this.record = ByteBuffer.allocate(Integer.BYTES + pageSize);
    }

    boolean isEmpty() {
        return end == 0;
    }

    void add(int pageNumber, byte[] bytes, int offset) throws IOException {
        record.clear();
        record.putInt(pageNumber).put(bytes, offset, record.remaining()).flip();
        FileChannel channel = opened();
        while (record.hasRemaining()) {
            end += channel.write(record, end);
        }
    }

    void forEach(PageVisitor visitor) throws IOException {
        for (long at = 0; at < end; at += record.capacity()) {
            record.clear();
            while (record.hasRemaining()) {
                if (opened().read(record, at + record.position()) < 0) {
                    throw new EOFException(path + ": expected %d bytes, got %d".formatted(end, at));
                }
            }
            visitor.page(record.getInt(0), record.array(), Integer.BYTES);
        }
    }

    /** Forgets the pages and gives the disk space back. */
    void clear() throws IOException {
        end = 0;
        close();
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    private FileChannel opened() throws IOException {
        if (file == null) {
            file = FileChannel.open(path, RestoreTarget.OWNER_ONLY_OPTIONS, RestoreTarget.ownerOnly(path));
        }
        return file;
    }
}
