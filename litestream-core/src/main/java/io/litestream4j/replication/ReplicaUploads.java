package io.litestream4j.replication;

import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.database.ShadowSegment;
import io.litestream4j.database.SnapshotImage;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.Replica;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Compresses what the database gives, on its way to a replica. */
final class ReplicaUploads {

    private final Replica replica;
    private final ReplicaLease lease;

    /** @param lease held before anything is stored, and still held before that counts */
    ReplicaUploads(ReplicaLease lease) {
        this.lease = lease;
        this.replica = lease.replica();
    }

    /** Stores a WAL segment; the end mark of an index is an empty one. */
    WalSegmentInfo write(ShadowSegment segment) throws IOException {
        return leased(() -> replica.client().writeWalSegment(segment.start(), compressed(segment::writeTo)));
    }

    /** Stores a snapshot. */
    SnapshotInfo write(SnapshotImage image, SnapshotSlots.Slot slot) throws IOException {
        String what = "snapshot " + image.position() + " to " + replica.name();
        return leased(() -> replica.client()
                .writeSnapshot(
                        image.position().generation(),
                        image.position().index(),
                        compressed(out ->
                                image.writeTo(new SnapshotProgress(out, what, image.size(), slot::progressed)))));
    }

    private interface Upload<T> {
        T run() throws IOException;
    }

    /** What arrived after the lease had ended may lie beside another writer's newer state: it isn't safe. */
    private <T> T leased(Upload<T> upload) throws IOException {
        lease.requireHeld();
        T stored = upload.run();
        lease.requireHeld();
        lease.renewIfDue();
        return stored;
    }

    private ObjectContent compressed(ObjectContent content) {
        return out -> {
            try (OutputStream lz4 = Lz4Frames.compress(new Leased(out))) {
                content.writeTo(lz4);
            }
        };
    }

    /**
     * Keeps the lease while something large is sent. Ends the frame without ending the stream below, which belongs to the
     * replica's client.
     */
    private final class Leased extends FilterOutputStream {

        Leased(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            lease.renewIfDue();
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            out.flush();
        }
    }
}
