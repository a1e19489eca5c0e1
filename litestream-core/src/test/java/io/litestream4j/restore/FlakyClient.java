package io.litestream4j.restore;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.StoredLease;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A client whose reads break off, or whose storage can't be asked at all. */
final class FlakyClient implements ReplicaClient {

    private final ReplicaClient client;
    private final int breakAfter;
    private final boolean reachable;
    private final boolean damages;
    private boolean always;
    private final AtomicInteger failures = new AtomicInteger();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    /** Each object breaks off once, after that many bytes. */
    FlakyClient(ReplicaClient client, int breakAfter) {
        this(client, breakAfter, true, false);
    }

    private FlakyClient(ReplicaClient client, int breakAfter, boolean reachable, boolean damages) {
        this.client = client;
        this.breakAfter = breakAfter;
        this.reachable = reachable;
        this.damages = damages;
    }

    static FlakyClient unreachable(ReplicaClient client) {
        return new FlakyClient(client, 0, false, false);
    }

    /** The first read of each object yields a changed bit. */
    static FlakyClient damagedOnce(ReplicaClient client) {
        return new FlakyClient(client, 0, true, true);
    }

    /** No read ever gets further. */
    static FlakyClient breakingAlways(ReplicaClient client) {
        FlakyClient flaky = new FlakyClient(client, 7, true, false);
        flaky.always = true;
        return flaky;
    }

    int failures() {
        return failures.get();
    }

    private InputStream broken(String object, InputStream in) throws IOException {
        if (!seen.add(object) && !always) {
            return in;
        }
        failures.incrementAndGet();
        if (damages) {
            byte[] bytes = in.readAllBytes();
            bytes[bytes.length / 2] ^= 1;
            bytes[bytes.length - 1] ^= 1;
            return new ByteArrayInputStream(bytes);
        }
        return new FilterInputStream(in) {
            private int left = breakAfter;

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (left == 0) {
                    throw new IOException("connection reset");
                }
                int count = super.read(bytes, offset, Math.min(left, length));
                left -= Math.max(0, count);
                return count;
            }
        };
    }

    private void requireReachable() throws IOException {
        if (!reachable) {
            throw new IOException("connection refused");
        }
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
        requireReachable();
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
    public SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public WalSegmentInfo writeWalSegment(Position position, ObjectContent content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) throws IOException {
        return broken("snapshot " + index, client.openSnapshot(generation, index));
    }

    @Override
    public InputStream openWalSegment(Position position) throws IOException {
        return broken(position.toString(), client.openWalSegment(position));
    }

    @Override
    public void deleteSnapshots(List<SnapshotInfo> snapshots) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> segments) {
        throw new UnsupportedOperationException();
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
