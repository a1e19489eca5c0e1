package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.database.SourceDatabase;
import org.jspecify.annotations.Nullable;

/** Who waits for the current WAL index to end, whatever its size. Thread-safe. */
final class SealRequests {

    private boolean imageWanted;
    private @Nullable Position endWanted;

    /** A first snapshot waits for an exact image, of whichever index. */
    synchronized void exactImage() {
        imageWanted = true;
    }

    /** Something waits for the index after that of a position. */
    synchronized void endOf(Position index) {
        endWanted = index;
    }

    /** Whether the current index has to end for somebody. */
    synchronized boolean isPending(SourceDatabase source) {
        Position now = source.position();
        Position wanted = endWanted;
        boolean inTheWay = wanted != null
                && now != null
                && now.generation().equals(wanted.generation())
                && now.index() <= wanted.index();
        return inTheWay || (imageWanted && !source.hasExactImage());
    }

    /** Forgets what is done; returns whether anything was. */
    synchronized boolean settle(SourceDatabase source) {
        if ((imageWanted || endWanted != null) && !isPending(source)) {
            imageWanted = false;
            endWanted = null;
            return true;
        }
        return false;
    }
}
