package io.litestream4j.restore;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The pages of a database file that is being restored. Page numbers are unsigned and begin with 1. */
final class DatabasePages {

    private final FileChannel file;
    private final int pageSize;

    DatabasePages(FileChannel file, int pageSize) {
        this.file = file;
        this.pageSize = pageSize;
    }

    int pageSize() {
        return pageSize;
    }

    /** Pages of the file as it is now. */
    long count() throws IOException {
        return file.size() / pageSize;
    }

    /** Where a page begins in the file. */
    static long offsetOf(int pageNumber, int pageSize) {
        return (Integer.toUnsignedLong(pageNumber) - 1) * pageSize;
    }

    /** Writes adjacent pages. */
    void write(int firstPageNumber, ByteBuffer pages) throws IOException {
        long at = offsetOf(firstPageNumber, pageSize);
        while (pages.hasRemaining()) {
            at += file.write(pages, at);
        }
    }

    void read(int pageNumber, byte[] target) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(target, 0, pageSize);
        long at = offsetOf(pageNumber, pageSize);
        while (buffer.hasRemaining()) {
            int count = file.read(buffer, at + buffer.position());
            if (count < 0) {
                throw new EOFException(
                        "expected page %d, got the end of the file".formatted(Integer.toUnsignedLong(pageNumber)));
            }
        }
    }

    /** Cuts the file, or extends it with zeros, to a number of pages. */
    void resize(long pages) throws IOException {
        long size = pages * pageSize;
        if (file.size() > size) {
            file.truncate(size);
        } else if (file.size() < size) {
            ByteBuffer zero = ByteBuffer.allocate(1);
            file.write(zero, size - 1);
        }
    }
}
