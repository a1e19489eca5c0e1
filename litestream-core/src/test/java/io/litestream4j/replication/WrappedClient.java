package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.StoredLease;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A client whose uploads go through a stream of the test's. */
final class WrappedClient implements ReplicaClient {

    private final ReplicaClient client;
    private final UnaryOperator<OutputStream> snapshots;
    private final UnaryOperator<OutputStream> segments;

    WrappedClient(ReplicaClient client, UnaryOperator<OutputStream> snapshots, UnaryOperator<OutputStream> segments) {
        this.client = client;
        this.snapshots = snapshots;
        this.segments = segments;
    }

    /** A stream that passes on no more than so many bytes in a second. */
    static UnaryOperator<OutputStream> throttled(double bytesPerSecond) {
        return out -> new FilterOutputStream(out) {
            private final long begun = System.nanoTime();
            private long written;

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                written += length;
                long due = begun + (long) (written / bytesPerSecond * 1e9);
                while (System.nanoTime() - due < 0) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            }
        };
    }

    @Override
    public SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) throws IOException {
        return client.writeSnapshot(generation, index, out -> through(snapshots, content, out));
    }

    @Override
    public WalSegmentInfo writeWalSegment(Position position, ObjectContent content) throws IOException {
        return client.writeWalSegment(position, out -> through(segments, content, out));
    }

    private static void through(UnaryOperator<OutputStream> wrap, ObjectContent content, OutputStream out)
            throws IOException {
        OutputStream wrapped = wrap.apply(out);
        content.writeTo(wrapped);
        wrapped.flush();
    }

    @Override
    public String url() {
        return client.url();
    }

    @Override
    public String type() {
        return client.type();
    }

    @Override
    public List<Generation> generations() throws IOException {
        return client.generations();
    }

    @Override
    public List<SnapshotInfo> snapshots(Generation generation) throws IOException {
        return client.snapshots(generation);
    }

    @Override
    public List<WalSegmentInfo> walSegments(Generation generation) throws IOException {
        return client.walSegments(generation);
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) throws IOException {
        return client.openSnapshot(generation, index);
    }

    @Override
    public InputStream openWalSegment(Position position) throws IOException {
        return client.openWalSegment(position);
    }

    @Override
    public void deleteSnapshots(List<SnapshotInfo> old) throws IOException {
        client.deleteSnapshots(old);
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> old) throws IOException {
        client.deleteWalSegments(old);
    }

    @Override
    public boolean keepsLease() {
        return client.keepsLease();
    }

    @Override
    public @Nullable StoredLease readLease() throws IOException {
        return client.readLease();
    }

    @Override
    public @Nullable String storeLease(String content, @Nullable String version) throws IOException {
        return client.storeLease(content, version);
    }

    @Override
    public void close() {
        client.close();
    }
}
