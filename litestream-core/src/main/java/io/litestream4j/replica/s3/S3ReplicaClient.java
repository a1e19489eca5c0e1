package io.litestream4j.replica.s3;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.RequestCounts;
import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A replica in a bucket. Snapshots of any size are sent in parts, in constant memory, and are visible only as a whole;
 * an object is never overwritten where the store can refuse it. Times are the store's. Safe for use by several threads.
 */
public final class S3ReplicaClient implements ReplicaClient {

    private final S3Client client;
    private final boolean closesClient;
    private final S3Location location;
    private final String folder;
    private final S3Objects objects;
    private final S3Listing listing;
    private final S3Deletion deletion;
    private final ObjectWriter writer;
    private final S3Lease lease;
    private final ThreadPoolExecutor threads;

    private S3ReplicaClient(Builder builder) {
        this.client = builder.client;
        this.closesClient = builder.closesClient;
        this.location = builder.location;
        this.folder = location.prefix().isEmpty() ? "" : location.prefix() + "/";
        S3Calls calls = new S3Calls(client, location.bucket(), builder.attemptTimeout);
        this.objects = new S3Objects(calls, location.bucket(), builder.objects);
        this.listing = new S3Listing(calls, location.bucket(), builder.pageSize);
        this.deletion = new S3Deletion(calls, location.bucket());
        this.threads = UploadThreads.create();
        ConditionalWrites conditions = new ConditionalWrites(location.url());
        this.writer = new ObjectWriter(objects, conditions, builder.sizes, threads);
        this.lease = new S3Lease(objects, folder + ReplicaPaths.LEASE, conditions);
    }

    /**
     * A builder of a client for a location.
     *
     * @param client sends the requests; may be shared with others
     */
    public static Builder builder(S3Client client, S3Location location) {
        return new Builder(client, location);
    }

    @Override
    public String url() {
        return location.url();
    }

    @Override
    public String type() {
        return "s3";
    }

    @Override
    public List<Generation> generations() throws IOException {
        List<Generation> generations = new ArrayList<>();
        listing.folders(folder + ReplicaPaths.GENERATIONS + "/", name -> {
            if (Generation.isName(name)) {
                generations.add(Generation.parse(name));
            }
        });
        generations.sort(Comparator.comparing(Generation::name));
        return generations;
    }

    @Override
    public List<SnapshotInfo> snapshots(Generation generation) throws IOException {
        List<SnapshotInfo> snapshots = new ArrayList<>();
        listing.objects(folder + ReplicaPaths.snapshots(generation) + "/", (name, object) -> {
            OptionalInt index = ReplicaPaths.parseSnapshotName(name);
            if (index.isPresent()) {
                snapshots.add(new SnapshotInfo(generation, index.getAsInt(), size(object), time(object)));
            }
        });
        snapshots.sort(Comparator.comparing(SnapshotInfo::position));
        return snapshots;
    }

    @Override
    public List<WalSegmentInfo> walSegments(Generation generation) throws IOException {
        List<WalSegmentInfo> segments = new ArrayList<>();
        listing.objects(folder + ReplicaPaths.walSegments(generation) + "/", (name, object) -> {
            Position position = ReplicaPaths.parseSegmentName(generation, name);
            if (position != null) {
                segments.add(new WalSegmentInfo(position, size(object), time(object)));
            }
        });
        segments.sort(Comparator.comparing(WalSegmentInfo::position));
        return segments;
    }

    @Override
    public SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) throws IOException {
        ObjectWriter.Stored stored = writer.write(folder + ReplicaPaths.snapshot(generation, index), content);
        return new SnapshotInfo(generation, index, stored.size(), stored.createdAt());
    }

    @Override
    public WalSegmentInfo writeWalSegment(Position position, ObjectContent content) throws IOException {
        ObjectWriter.Stored stored = writer.write(folder + ReplicaPaths.walSegment(position), content);
        return new WalSegmentInfo(position, stored.size(), stored.createdAt());
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) throws IOException {
        return ObjectInput.open(objects, folder + ReplicaPaths.snapshot(generation, index));
    }

    @Override
    public InputStream openWalSegment(Position position) throws IOException {
        return ObjectInput.open(objects, folder + ReplicaPaths.walSegment(position));
    }

    @Override
    public void deleteSnapshots(List<SnapshotInfo> snapshots) throws IOException {
        deletion.delete(snapshots.stream()
                .map(snapshot -> folder + ReplicaPaths.snapshot(snapshot))
                .toList());
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> segments) throws IOException {
        deletion.delete(segments.stream()
                .map(segment -> folder + ReplicaPaths.walSegment(segment.position()))
                .toList());
    }

    @Override
    public boolean keepsLease() {
        return true;
    }

    @Override
    public @Nullable StoredLease readLease() throws IOException {
        return lease.read();
    }

    @Override
    public @Nullable String storeLease(String content, @Nullable String version) throws IOException {
        return lease.store(content, version);
    }

    @Override
    public void probe() throws IOException {
        new S3Probe(objects, listing, folder).run();
    }

    @Override
    public RequestCounts requests() {
        return objects.calls().counts();
    }

    /** Ends uploads that are under way; closes the S3 client if this one was told to. */
    @Override
    public void close() {
        UploadThreads.end(threads);
        if (closesClient) {
            client.close();
        }
    }

    @Override
    public String toString() {
        return url();
    }

    private static long size(S3Object object) throws IOException {
        Long size = object.size();
        if (size == null || size < 0) {
            throw new IOException("%s: expected a size in the listing, got %s".formatted(object.key(), size));
        }
        return size;
    }

    private static Instant time(S3Object object) throws IOException {
        Instant time = object.lastModified();
        if (time == null) {
            throw new IOException("%s: expected a time in the listing, got none".formatted(object.key()));
        }
        return time;
    }

    /** Collects settings; each method is named after what it sets. */
    public static final class Builder {

        private final S3Client client;
        private final S3Location location;
        private S3ObjectSettings objects = S3ObjectSettings.DEFAULTS;
        private boolean closesClient;
        private @Nullable Integer pageSize;
        private PartSizes sizes = PartSizes.DEFAULT;
        private Duration attemptTimeout = S3Calls.ATTEMPT_TIMEOUT;

        private Builder(S3Client client, S3Location location) {
            this.client = client;
            this.location = location;
        }

        /** How objects are stored; as the bucket has it, unless set. */
        public Builder objects(S3ObjectSettings value) {
            objects = value;
            return this;
        }

        /** Whether closing the replica's client closes the S3 client, too; it doesn't, unless set. */
        public Builder closesClient(boolean value) {
            closesClient = value;
            return this;
        }

        Builder pageSize(int value) {
            pageSize = value;
            return this;
        }

        Builder sizes(PartSizes value) {
            sizes = value;
            return this;
        }

        Builder attemptTimeout(Duration value) {
            attemptTimeout = value;
            return this;
        }

        /** The client. Sends no request. */
        public S3ReplicaClient build() {
            return new S3ReplicaClient(this);
        }
    }
}
