package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.StoredLease;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.ReplicaSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A folder that takes its time, hangs or fails when told to. */
public final class TestReplica implements ReplicaClient {

    private final ReplicaClient folder;
    private final AtomicInteger segments = new AtomicInteger();
    private volatile long leastMillis;
    private volatile long mostMillis;
    private volatile boolean hanging;
    private volatile boolean failing;
    private volatile boolean listingsToo;

    public TestReplica(Path folder) {
        this.folder = new FileReplicaClient(folder);
    }

    /** Adds it to a database whose replica in the properties doesn't work. */
    public ReplicatedDatabaseCustomizer customizer(Duration syncInterval) {
        return (name, builder) ->
                builder.replica(new Replica("test", this), ReplicaSettings.syncingEvery(syncInterval));
    }

    public TestReplica delay(long millis) {
        return delay(millis, millis);
    }

    public TestReplica delay(long least, long most) {
        leastMillis = least;
        mostMillis = most;
        return this;
    }

    public TestReplica hang(boolean value) {
        hanging = value;
        return this;
    }

    public TestReplica fail(boolean value) {
        failing = value;
        return this;
    }

    /** What it was told holds for its listings as well. */
    TestReplica listingsToo() {
        listingsToo = true;
        return this;
    }

    /** WAL segments that were stored. */
    public int segments() {
        return segments.get();
    }

    private void trouble() throws IOException {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(leastMillis, mostMillis + 1));
            while (hanging) {
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (failing) {
            throw new IOException("the replica is down");
        }
    }

    @Override
    public SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) throws IOException {
        trouble();
        return folder.writeSnapshot(generation, index, content);
    }

    @Override
    public WalSegmentInfo writeWalSegment(Position position, ObjectContent content) throws IOException {
        trouble();
        WalSegmentInfo written = folder.writeWalSegment(position, content);
        segments.incrementAndGet();
        return written;
    }

    @Override
    public String url() {
        return folder.url();
    }

    @Override
    public String type() {
        return folder.type();
    }

    @Override
    public List<Generation> generations() throws IOException {
        if (listingsToo) {
            trouble();
        }
        return folder.generations();
    }

    @Override
    public List<SnapshotInfo> snapshots(Generation generation) throws IOException {
        return folder.snapshots(generation);
    }

    @Override
    public List<WalSegmentInfo> walSegments(Generation generation) throws IOException {
        return folder.walSegments(generation);
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) throws IOException {
        return folder.openSnapshot(generation, index);
    }

    @Override
    public InputStream openWalSegment(Position position) throws IOException {
        return folder.openWalSegment(position);
    }

    @Override
    public void deleteSnapshots(List<SnapshotInfo> snapshots) throws IOException {
        folder.deleteSnapshots(snapshots);
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> old) throws IOException {
        folder.deleteWalSegments(old);
    }

    @Override
    public boolean keepsLease() {
        return folder.keepsLease();
    }

    @Override
    public @Nullable StoredLease readLease() throws IOException {
        return folder.readLease();
    }

    @Override
    public @Nullable String storeLease(String content, @Nullable String version) throws IOException {
        return folder.storeLease(content, version);
    }

    @Override
    public void close() {
        folder.close();
    }
}
