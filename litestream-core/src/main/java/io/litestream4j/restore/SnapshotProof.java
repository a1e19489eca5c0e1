package io.litestream4j.restore;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Judges a state that lies inside the index of its own snapshot, for snapshots that may be a mix. Litestream reads one while the application may
 * checkpoint, so it can hold pages of that index's later frames. A page that the state took from the snapshot, and that
 * equals a later frame, shows that.
 */
final class SnapshotProof implements StateProof {

    private final DatabasePages database;
    private final StoredObject snapshot;
    private final long pages;
    private final BitSet replaced;
    private final byte[] page;
    private long mixedPage;

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

    @Override
    public void page(int pageNumber, byte[] bytes, int offset) throws IOException {
        long number = Integer.toUnsignedLong(pageNumber);
        if (number > pages || replaced.get(pageNumber)) {
            return;
        }
        database.read(pageNumber, page);
        if (Arrays.equals(page, 0, page.length, bytes, offset, offset + page.length)) {
            mixedPage = number;
        }
    }

    @Override
    public void requireNoMix() {
        if (mixedPage != 0) {
            throw StateProof.mixed(snapshot, mixedPage);
        }
    }

    @Override
    public void commit(long newPages) {
        // the state ended before
    }
}
