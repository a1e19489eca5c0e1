package io.litestream4j.restore;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes pages back late, so that of all versions of a page mostly the newest one costs a write. A transaction's pages become
 * visible with its commit; one that is larger than the buffer waits in a file. Not thread-safe.
 *
 * <p>As SQLite does in a checkpoint, the database takes its size at the end of an index, not at each commit: a page that
 * one transaction cut off and a later one brought back, without writing it since it is free, keeps what the WAL says.
 */
final class PageBuffer implements Closeable {

    private static final int RUN = 256 << 10;

    private final DatabasePages database;
    private final TransactionSpill spill;
    private final CommitListener onCommitted;
    private final int pageSize;
    private final byte[] slab;
    private final int[] freeSlots;
    private final ByteBuffer run;
    private final IntMap committed = new IntMap();
    private final IntMap pending = new IntMap();
    private int free;
    private long pageCount;

    /** Hears of pages that a commit makes visible. */
    @FunctionalInterface
    interface CommitListener {
        void commits(int pageNumber) throws IOException;
    }

    /**
     * @param capacity bytes of pages to keep, at least one page
     * @param onCommitted hears the number of every page that a commit makes visible, before it is written
     */
    PageBuffer(DatabasePages database, TransactionSpill spill, int capacity, CommitListener onCommitted)
            throws IOException {
        this.database = database;
        this.spill = spill;
        this.onCommitted = onCommitted;
        this.pageSize = database.pageSize();
        this.free = Math.max(1, capacity / pageSize);
        this.slab = new byte[free * pageSize];
        this.freeSlots = new int[free];
        for (int i = 0; i < free; i++) {
            freeSlots[i] = i;
        }
        this.run = ByteBuffer.allocate(Math.max(RUN, pageSize));
        this.pageCount = database.count();
    }

    /** Takes a page of the transaction that is under way. */
    void put(int pageNumber, byte[] bytes, int offset) throws IOException {
        int slot = pending.get(pageNumber);
        if (slot == IntMap.NONE) {
            slot = takeSlot();
            pending.put(pageNumber, slot);
        }
        System.arraycopy(bytes, offset, slab, slot * pageSize, pageSize);
    }

    /** The transaction is complete, and the database has that many pages after it. */
    void commit(long pages) throws IOException {
        spill.forEach((pageNumber, bytes, offset) -> {
            // nothing committed is in memory now: see takeSlot
            onCommitted.commits(pageNumber);
            database.write(pageNumber, ByteBuffer.wrap(bytes, offset, pageSize));
        });
        spill.clear();
        for (int pageNumber : pending.sortedKeys()) {
            int old = committed.get(pageNumber);
            if (old != IntMap.NONE) {
                freeSlots[free++] = old;
            }
            committed.put(pageNumber, pending.get(pageNumber));
            onCommitted.commits(pageNumber);
        }
        pending.clear();
        pageCount = pages;
    }

    /** Writes what is committed and gives the file the size of the last commit. Ends an index. */
    void flush() throws IOException {
        writeCommitted(pageCount);
        database.resize(pageCount);
    }

    /** Forgets a transaction that never got its commit, showing each of its pages before. */
    void dropPending(PageVisitor visitor) throws IOException {
        spill.forEach(visitor);
        for (int pageNumber : pending.sortedKeys()) {
            int slot = pending.get(pageNumber);
            visitor.page(pageNumber, slab, slot * pageSize);
            freeSlots[free++] = slot;
        }
        pending.clear();
        spill.clear();
    }

    /** Pages of the database after the last commit. */
    long pageCount() {
        return pageCount;
    }

    @Override
    public void close() throws IOException {
        spill.close();
    }

    private int takeSlot() throws IOException {
        if (free == 0 && committed.size() > 0) {
            writeCommitted(Long.MAX_VALUE);
        }
        if (free == 0) {
            // from here to the commit nothing committed is in memory, so what is spilled is newer than the file
            dropToSpill();
        }
        return freeSlots[--free];
    }

    private void dropToSpill() throws IOException {
        for (int pageNumber : pending.sortedKeys()) {
            int slot = pending.get(pageNumber);
            spill.add(pageNumber, slab, slot * pageSize);
            freeSlots[free++] = slot;
        }
        pending.clear();
    }

    /** Writes the pages up to a number, and forgets all. */
    private void writeCommitted(long last) throws IOException {
        int first = 0;
        for (int pageNumber : committed.sortedKeys()) {
            int slot = committed.get(pageNumber);
            freeSlots[free++] = slot;
            if (Integer.toUnsignedLong(pageNumber) > last) {
                continue; // a transaction spilled it, and cut it off before its commit
            }
            int adjacent = first + run.position() / pageSize;
            if (run.position() > 0 && (pageNumber != adjacent || run.remaining() < pageSize)) {
                writeRun(first);
            }
            if (run.position() == 0) {
                first = pageNumber;
            }
            run.put(slab, slot * pageSize, pageSize);
        }
        writeRun(first);
        committed.clear();
    }

    private void writeRun(int first) throws IOException {
        database.write(first, run.flip());
        run.clear();
    }
}
