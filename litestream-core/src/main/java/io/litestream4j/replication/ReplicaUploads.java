package io.litestream4j.replication;

import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.database.ShadowSegment;
import io.litestream4j.database.SnapshotImage;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.Replica;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Compresses what the database gives, on its way to a replica. */
final class ReplicaUploads {

    private final Replica replica;

    ReplicaUploads(Replica replica) {
        this.replica = replica;
    }

    /** Stores a WAL segment; the end mark of an index is an empty one. */
    WalSegmentInfo write(ShadowSegment segment) throws IOException {
        return replica.client().writeWalSegment(segment.start(), compressed(segment::writeTo));
    }

    /** Stores a snapshot. */
    SnapshotInfo write(SnapshotImage image, SnapshotSlots.Slot slot) throws IOException {
        String what = "snapshot " + image.position() + " to " + replica.name();
        return replica.client()
                .writeSnapshot(
                        image.position().generation(),
                        image.position().index(),
                        compressed(
                                out -> image.writeTo(new SnapshotProgress(out, what, image.size(), slot::progressed))));
    }

    private static ObjectContent compressed(ObjectContent content) {
        return out -> {
            try (OutputStream lz4 = Lz4Frames.compress(new Unclosed(out))) {
                content.writeTo(lz4);
            }
        };
    }

    /** Ends the frame without ending the stream below, which belongs to the replica's client. */
    private static final class Unclosed extends FilterOutputStream {

        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            out.flush();
        }
    }
}
