package io.litestream4j.restore;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Judges a state that lies inside the index of its own snapshot, for snapshots that are the exact image of one
 * transaction, as ours are. Only of which one isn't known: one of those that follow the state would be a mix.
 *
 * <p>If it is one of them, the snapshot has the size of the database after it, and every page that they changed is as the
 * last of them left it. So another size clears a transaction, and a single page that is not so all of them up to there; that others are the same before and after, as a VACUUM leaves many, says nothing.
 * The first transactions that follow don't count as long as they change nothing: the state before them is the one after
 * them. Every index that we begin ourselves begins with such a transaction.
 */
final class ExactSnapshotProof implements StateProof {

    private final DatabasePages database;
    private final StoredObject snapshot;
    private final Map<Integer, Long> replaced;
    private final long snapshotPages;
    private final long count;
    private final byte[] page;

    /** Pages that transactions without a change wrote as they were. */
    private final BitSet settled = new BitSet();

    private final BitSet inTransaction = new BitSet();

    /** Pages of the snapshot that differ from their last frame. */
    private final BitSet different = new BitSet();

    private boolean unchanged = true;
    private int lastEqual;
    private long mixedPage;

    /**
     * @param replaced pages that the state took from the WAL, with the sums of what the snapshot had in their place
     * @param snapshotPages pages of the snapshot
     * @param count pages of the state
     */
    ExactSnapshotProof(
            DatabasePages database,
            StoredObject snapshot,
            Map<Integer, Long> replaced,
            long snapshotPages,
            long count) {
        this.database = database;
        this.snapshot = snapshot;
        this.replaced = replaced;
        this.snapshotPages = snapshotPages;
        this.count = count;
        this.page = new byte[database.pageSize()];
    }

    /** What is compared later of a page that is about to be replaced. */
    static long sumOf(byte[] bytes, int offset, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, offset, length);
        return sum.getValue();
    }

    @Override
    public void page(int pageNumber, byte[] bytes, int offset) throws IOException {
        long number = Integer.toUnsignedLong(pageNumber);
        Long sum = replaced.get(pageNumber);
        boolean equal = number <= count && equalsState(pageNumber, bytes, offset);
        unchanged &= equal;
        if (number > Math.min(snapshotPages, count)) {
            return;
        }
        if (sum != null) {
            different.set(pageNumber, sum != sumOf(bytes, offset, page.length));
            return;
        }
        different.set(pageNumber, !equal);
        inTransaction.set(pageNumber);
        lastEqual = equal && !settled.get(pageNumber) ? pageNumber : lastEqual;
    }

    private boolean equalsState(int pageNumber, byte[] bytes, int offset) throws IOException {
        database.read(pageNumber, page);
        return Arrays.equals(page, 0, page.length, bytes, offset, offset + page.length);
    }

    @Override
    public void commit(long newCount) {
        unchanged &= newCount == count;
        if (unchanged) {
            settled.or(inTransaction);
            lastEqual = 0;
        } else if (lastEqual != 0 && different.isEmpty() && newCount == snapshotPages) {
            mixedPage = Integer.toUnsignedLong(lastEqual);
        }
        inTransaction.clear();
    }

    @Override
    public void requireNoMix() {
        if (mixedPage != 0) {
            throw StateProof.mixed(snapshot, mixedPage);
        }
    }
}
