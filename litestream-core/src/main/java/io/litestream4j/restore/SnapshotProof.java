package io.litestream4j.restore;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Judges a state that lies inside the index of its own snapshot. Litestream reads a snapshot while the application may
 * checkpoint, so it can hold pages of that index's later frames. A page that the state took from the snapshot, and that
 * equals a later frame, shows that.
 *
 * <p>Our own snapshots are the image of one transaction that ended before they were stored. There the first transactions
 * that follow show nothing, as long as they change nothing: the state before them is the one after them. Every index that
 * we begin ourselves begins with such a transaction.
 */
final class SnapshotProof implements FrameSink {

    private final DatabasePages database;
    private final StoredObject snapshot;
    private final long pages;
    private final BitSet replaced;
    private final byte[] page;
    private long mixedPage;

    private long statePages;

    /** The snapshot is the image of one transaction, and none that was seen yet has changed anything. */
    private boolean unchanged;

    private final BitSet inTransaction = new BitSet();
    private long mixedInTransaction;

    /**
     * @param replaced numbers of pages that the state took from the WAL
     * @param pages pages that the state may have taken from the snapshot
     */
    SnapshotProof(DatabasePages database, StoredObject snapshot, BitSet replaced, long pages) {
        this.database = database;
        this.snapshot = snapshot;
        this.pages = pages;
        this.replaced = replaced;
        this.page = new byte[database.pageSize()];
    }

    /**
     * The snapshot is the image of one transaction.
     *
     * @param count pages of the state
     */
    SnapshotProof ofExactSnapshot(long count) {
        statePages = count;
        unchanged = true;
        return this;
    }

    @Override
    public void page(int pageNumber, byte[] bytes, int offset) throws IOException {
        long number = Integer.toUnsignedLong(pageNumber);
        boolean fromSnapshot = number <= pages && !replaced.get(pageNumber);
        if (!fromSnapshot && !unchanged) {
            return;
        }
        boolean equal = (fromSnapshot || number <= statePages) && equalsState(pageNumber, bytes, offset);
        unchanged &= equal;
        if (unchanged && number <= pages) {
            inTransaction.set(pageNumber);
        }
        if (equal && fromSnapshot) {
            mixedInTransaction = number;
        }
    }

    private boolean equalsState(int pageNumber, byte[] bytes, int offset) throws IOException {
        database.read(pageNumber, page);
        return Arrays.equals(page, 0, page.length, bytes, offset, offset + page.length);
    }

    @Override
    public void commit(long newPages) {
        unchanged &= newPages == statePages;
        if (unchanged) {
            replaced.or(inTransaction);
        } else if (mixedInTransaction != 0) {
            mixedPage = mixedInTransaction;
        }
        inTransaction.clear();
        mixedInTransaction = 0;
    }

    /** Throws when a page was seen that the state can't hold. Not at once: the segment that shows it is sound. */
    void requireNoMix() {
        long mixed = mixedPage != 0 ? mixedPage : mixedInTransaction;
        if (mixed != 0) {
            throw snapshot.damage(
                    "expected the state before that time, got page %d as it was written after it: restore a later time"
                            .formatted(mixed),
                    null);
        }
    }
}
