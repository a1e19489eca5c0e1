package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that tells of each request twice: before it has any effect, and when it has, but nobody here knows yet. */
final class MomentsClient implements ReplicaClient {

    private final ReplicaClient client;
    private final Moments moments;

    /** Hears of the moments; what it throws is what the request ends with. */
    @FunctionalInterface
    interface Moments {
        void at(String moment) throws IOException;
    }

    private interface Request<T> {
        T send() throws IOException;
    }

    MomentsClient(ReplicaClient client, Moments moments) {
        this.client = client;
        this.moments = moments;
    }

    private <T> T request(String name, Request<T> request) throws IOException {
        moments.at("before " + name);
        T result = request.send();
        moments.at("reply to " + name);
        return result;
    }

    @Override
    public SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) throws IOException {
        return request("snapshot " + index, () -> client.writeSnapshot(generation, index, content));
    }

    @Override
    public WalSegmentInfo writeWalSegment(Position position, ObjectContent content) throws IOException {
        return request("segment " + position, () -> client.writeWalSegment(position, content));
    }

    @Override
    public void deleteSnapshots(List<SnapshotInfo> snapshots) throws IOException {
        request("deletion of snapshots", () -> {
            client.deleteSnapshots(snapshots);
            return true;
        });
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> segments) throws IOException {
        request("deletion of segments", () -> {
            client.deleteWalSegments(segments);
            return true;
        });
    }

    @Override
    public List<Generation> generations() throws IOException {
        return request("list", client::generations);
    }

    @Override
    public List<SnapshotInfo> snapshots(Generation generation) throws IOException {
        return request("list of snapshots", () -> client.snapshots(generation));
    }

    @Override
    public List<WalSegmentInfo> walSegments(Generation generation) throws IOException {
        return request("list of segments", () -> client.walSegments(generation));
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) throws IOException {
        return request("get of a snapshot", () -> client.openSnapshot(generation, index));
    }

    @Override
    public InputStream openWalSegment(Position position) throws IOException {
        return request("get of " + position, () -> client.openWalSegment(position));
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
    public boolean keepsLease() {
        return client.keepsLease();
    }

    @Override
    public @Nullable StoredLease readLease() throws IOException {
        return client.readLease();
    }

    @Override
    public @Nullable String storeLease(String content, @Nullable String version) throws IOException {
        moments.at("before lease");
        String stored = client.storeLease(content, version);
        moments.at("reply to lease");
        return stored;
    }

    @Override
    public void close() {
        client.close();
    }
}
