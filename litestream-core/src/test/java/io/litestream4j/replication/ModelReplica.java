package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.StoredLease;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A folder whose clock is the model's and whose weather is the model's, too. When an object was stored is kept beside the
 * folder: a process that is killed leaves no object with another time.
 */
final class ModelReplica implements ReplicaClient {

    /** How it fares. */
    enum Weather {
        FINE,
        /** Nothing answers. */
        OUTAGE,
        /** 200 KB in a second. */
        SLOW,
        /** Every third request fails, before or after it was carried out. */
        FLAKY,
        /** What is written is stored, and the answer is an error. */
        REPLY_LOST
    }

    private final Path root;
    private final Path times;
    private final FileReplicaClient files;
    private final Clock clock;
    private volatile Weather weather = Weather.FINE;

    ModelReplica(Path root, Clock clock) {
        this.root = root;
        this.times = Path.of(root + ".times");
        this.files = new FileReplicaClient(root);
        this.clock = clock;
    }

    void weather(Weather value) {
        weather = value;
    }

    @FunctionalInterface
    private interface Request<T> {
        T send() throws IOException;
    }

    private <T> T read(Request<T> request) throws IOException {
        requireAnswer();
        return request.send();
    }

    private void requireAnswer() throws IOException {
        boolean fails = weather == Weather.OUTAGE
                || (weather == Weather.FLAKY && ThreadLocalRandom.current().nextInt(6) == 0);
        if (fails) {
            throw new IOException("no answer");
        }
    }

    private void requireReply() throws IOException {
        boolean fails = weather == Weather.REPLY_LOST
                || (weather == Weather.FLAKY && ThreadLocalRandom.current().nextInt(6) == 0);
        if (fails) {
            throw new IOException("stored, but the reply was lost");
        }
    }

    private ObjectContent slowed(ObjectContent content) {
        return weather != Weather.SLOW
                ? content
                : out -> {
                    UnaryOperator<java.io.OutputStream> throttle = WrappedClient.throttled(200_000);
                    java.io.OutputStream slow = throttle.apply(out);
                    content.writeTo(slow);
                    slow.flush();
                };
    }

    private static String key(Generation generation, String kind, long index, long offset) {
        return "%s/%s/%d/%d".formatted(generation, kind, index, offset);
    }

    /** The first time at which an object is there counts: an upload that is repeated changes nothing. */
    private void note(String key, boolean exists) throws IOException {
        if (!exists) {
            Files.writeString(
                    times,
                    "%s %d%n".formatted(key, clock.millis()),
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    private Map<String, Instant> times() throws IOException {
        Map<String, Instant> found = new HashMap<>();
        if (Files.exists(times)) {
            for (String line : Files.readAllLines(times)) {
                int space = line.indexOf(' ');
                found.put(line.substring(0, space), Instant.ofEpochMilli(Long.parseLong(line.substring(space + 1))));
            }
        }
        return found;
    }

    private static SnapshotInfo dated(SnapshotInfo info, Map<String, Instant> times) {
        Instant at = times.getOrDefault(key(info.generation(), "s", info.index(), 0), info.createdAt());
        return new SnapshotInfo(info.generation(), info.index(), info.size(), at);
    }

    private static WalSegmentInfo dated(WalSegmentInfo info, Map<String, Instant> times) {
        Position position = info.position();
        String key = key(position.generation(), "w", position.index(), position.offset());
        return new WalSegmentInfo(position, info.size(), times.getOrDefault(key, info.createdAt()));
    }

    @Override
    public SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) throws IOException {
        requireAnswer();
        note(
                key(generation, "s", index, 0),
                files.snapshots(generation).stream().anyMatch(s -> s.index() == index));
        SnapshotInfo stored = files.writeSnapshot(generation, index, slowed(content));
        requireReply();
        return dated(stored, times());
    }

    @Override
    public WalSegmentInfo writeWalSegment(Position position, ObjectContent content) throws IOException {
        requireAnswer();
        note(
                key(position.generation(), "w", position.index(), position.offset()),
                files.walSegments(position.generation()).stream()
                        .anyMatch(s -> s.position().equals(position)));
        WalSegmentInfo stored = files.writeWalSegment(position, slowed(content));
        requireReply();
        return dated(stored, times());
    }

    @Override
    public String url() {
        return "file://" + root;
    }

    @Override
    public String type() {
        return "file";
    }

    @Override
    public List<Generation> generations() throws IOException {
        return read(files::generations);
    }

    @Override
    public List<SnapshotInfo> snapshots(Generation generation) throws IOException {
        List<SnapshotInfo> found = read(() -> files.snapshots(generation));
        Map<String, Instant> known = times();
        return found.stream().map(info -> dated(info, known)).toList();
    }

    @Override
    public boolean stillHolds(Generation generation) throws IOException {
        return read(() -> files.stillHolds(generation));
    }

    @Override
    public List<WalSegmentInfo> walSegments(Generation generation) throws IOException {
        List<WalSegmentInfo> found = read(() -> files.walSegments(generation));
        Map<String, Instant> known = times();
        return found.stream().map(info -> dated(info, known)).toList();
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) throws IOException {
        return read(() -> files.openSnapshot(generation, index));
    }

    @Override
    public InputStream openWalSegment(Position position) throws IOException {
        return read(() -> files.openWalSegment(position));
    }

    @Override
    public void deleteSnapshots(List<SnapshotInfo> old) throws IOException {
        requireAnswer();
        files.deleteSnapshots(old);
        requireReply();
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> old) throws IOException {
        requireAnswer();
        files.deleteWalSegments(old);
        requireReply();
    }

    @Override
    public boolean keepsLease() {
        return true;
    }

    @Override
    public @Nullable StoredLease readLease() throws IOException {
        return read(files::readLease);
    }

    @Override
    public @Nullable String storeLease(String content, @Nullable String version) throws IOException {
        requireAnswer();
        String stored = files.storeLease(content, version);
        requireReply();
        return stored;
    }

    @Override
    public void close() {
        files.close();
    }
}
