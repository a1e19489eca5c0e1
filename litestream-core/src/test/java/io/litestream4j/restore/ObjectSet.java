package io.litestream4j.restore;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A replica's objects in memory, to be changed at will: by name, whatever the name is. Listed as a bucket is. */
final class ObjectSet implements ReplicaClient {

    private final TreeMap<String, byte[]> objects = new TreeMap<>();
    private final Map<String, Instant> times = new HashMap<>();

    /** What lies below a folder. */
    static ObjectSet of(Path root) throws IOException {
        ObjectSet set = new ObjectSet();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Instant at = Files.getLastModifiedTime(file).toInstant();
                String name = root.relativize(file).toString();
                set.objects.put(name, Files.readAllBytes(file));
                set.times.put(name, at);
            }
        }
        return set;
    }

    ObjectSet copy() {
        ObjectSet copy = new ObjectSet();
        copy.objects.putAll(objects);
        copy.times.putAll(times);
        return copy;
    }

    /** Puts bytes under a name; the time stays, or is that of the newest object. */
    ObjectSet put(String name, byte[] bytes) {
        Instant newest = times.values().stream().max(Instant::compareTo).orElse(Instant.EPOCH);
        objects.put(name, bytes);
        times.putIfAbsent(name, newest);
        return this;
    }

    ObjectSet remove(String name) {
        objects.remove(name);
        return this;
    }

    byte[] bytes(String name) {
        return objects.get(name);
    }

    boolean has(String name) {
        return objects.containsKey(name);
    }

    List<String> names() {
        return new ArrayList<>(objects.keySet());
    }

    Replica replica() {
        return new Replica("memory", this);
    }

    @Override
    public String url() {
        return "memory:replica";
    }

    @Override
    public String type() {
        return "memory";
    }

    @Override
    public List<Generation> generations() {
        return objects.keySet().stream()
                .map(name -> name.split("/", -1))
                .filter(names -> names.length > 2 && names[0].equals("generations") && Generation.isName(names[1]))
                .map(names -> Generation.parse(names[1]))
                .distinct()
                .toList();
    }

    @Override
    public List<SnapshotInfo> snapshots(Generation generation) {
        List<SnapshotInfo> snapshots = new ArrayList<>();
        in(ReplicaPaths.snapshots(generation)).forEach((name, bytes) -> {
            OptionalInt index = ReplicaPaths.parseSnapshotName(name);
            index.ifPresent(at -> snapshots.add(
                    new SnapshotInfo(generation, at, bytes.length, time(ReplicaPaths.snapshot(generation, at)))));
        });
        return snapshots;
    }

    @Override
    public List<WalSegmentInfo> walSegments(Generation generation) {
        List<WalSegmentInfo> segments = new ArrayList<>();
        in(ReplicaPaths.walSegments(generation)).forEach((name, bytes) -> {
            Position position = ReplicaPaths.parseSegmentName(generation, name);
            if (position != null) {
                segments.add(new WalSegmentInfo(position, bytes.length, time(ReplicaPaths.walSegment(position))));
            }
        });
        return segments;
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) throws IOException {
        return open(ReplicaPaths.snapshot(generation, index));
    }

    @Override
    public InputStream openWalSegment(Position position) throws IOException {
        return open(ReplicaPaths.walSegment(position));
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
    public void deleteSnapshots(List<SnapshotInfo> snapshots) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> segments) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // nothing is held
    }

    /** A content in one LZ4 frame. */
    static byte[] framed(byte[] content) {
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            TestHistory.lz4(content).writeTo(bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, byte[]> in(String folder) {
        Map<String, byte[]> found = new TreeMap<>();
        objects.tailMap(folder + "/").forEach((name, bytes) -> {
            if (name.startsWith(folder + "/")) {
                found.put(name.substring(folder.length() + 1), bytes);
            }
        });
        return found;
    }

    private InputStream open(String name) throws IOException {
        byte[] bytes = objects.get(name);
        if (bytes == null) {
            throw new NoSuchFileException(name);
        }
        return new ByteArrayInputStream(bytes);
    }

    private Instant time(String name) {
        return times.getOrDefault(name, Instant.EPOCH);
    }
}
