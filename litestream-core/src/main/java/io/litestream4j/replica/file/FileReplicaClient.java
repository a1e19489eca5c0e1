package io.litestream4j.replica.file;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.io.DurableFiles;
import io.litestream4j.io.RealPaths;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ObjectExistsException;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A replica in a directory: local, or mounted from elsewhere. Objects are written to a temporary file, fsynced, and
 * then get their name, so that a reader never sees part of one; new files and folders are readable by their owner only.
 * Times are the files' modification times. What Litestream 0.3.4 wrote in its own layout is listed and read, too. Symbolic links below the root are not followed. Safe for use by several threads.
 */
public final class FileReplicaClient implements ReplicaClient {

    /** A temporary file that is older was left by a crash; no upload of one object takes that long without a write. */
    private static final Duration STALE_AFTER = Duration.ofHours(1);

    private final Path root;

    /** Tells a folder from another of the same name, on another volume. */
    private volatile @Nullable Object rootKey;

    private final OldLayout oldLayout;
    private final FileLease lease;
    private final DurableFiles files;
    private final Clock clock;

    /**
     * @param root the replica's folder; created by the first write. Its parents may be symbolic links, as may itself
     */
    public FileReplicaClient(Path root) {
        this(root, new DurableFiles(), Clock.systemUTC());
    }

    FileReplicaClient(Path root, DurableFiles files, Clock clock) {
        this.root = root.toAbsolutePath().normalize();
        this.oldLayout = new OldLayout(this.root);
        this.files = files;
        this.clock = clock;
        this.lease = new FileLease(this.root, files);
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
        List<Generation> generations = new ArrayList<>();
        for (FolderEntry entry : new Folder(root, ReplicaPaths.GENERATIONS).entries()) {
            if (entry.attributes().isDirectory() && Generation.isName(entry.name())) {
                generations.add(Generation.parse(entry.name()));
            }
        }
        generations.sort(Comparator.comparing(Generation::name));
        return generations;
    }

    @Override
    public List<SnapshotInfo> snapshots(Generation generation) throws IOException {
        List<SnapshotInfo> snapshots = new ArrayList<>();
        List<FolderEntry> entries = new Folder(root, ReplicaPaths.snapshots(generation)).entries();
        for (FolderEntry entry : entries) {
            OptionalInt index = ReplicaPaths.parseSnapshotName(entry.name());
            if (entry.attributes().isRegularFile() && index.isPresent()) {
                snapshots.add(new SnapshotInfo(generation, index.getAsInt(), entry.size(), entry.modified()));
            }
        }
        oldLayout.addSnapshots(generation, entries, snapshots);
        snapshots.sort(Comparator.comparing(SnapshotInfo::position));
        return snapshots;
    }

    /**
     * Looks for a snapshot, in a folder that is still the one that was seen last: another volume in its place lacks what
     * was stored meanwhile. A root that is gone altogether is rather a volume that isn't mounted than a replica that was
     * emptied: nothing is begun in its place.
     */
    @Override
    public boolean stillHolds(Generation generation) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(
                    root.toString(), null, "the replica's folder is gone: mount its volume, or create it again");
        }
        Object key = Files.readAttributes(root, BasicFileAttributes.class).fileKey();
        boolean sameFolder = rootKey == null || rootKey.equals(key);
        rootKey = key;
        return sameFolder && !snapshots(generation).isEmpty();
    }

    @Override
    public List<WalSegmentInfo> walSegments(Generation generation) throws IOException {
        List<WalSegmentInfo> segments = new ArrayList<>();
        List<FolderEntry> entries = new Folder(root, ReplicaPaths.walSegments(generation)).entries();
        for (FolderEntry entry : entries) {
            Position position = ReplicaPaths.parseSegmentName(generation, entry.name());
            if (entry.attributes().isRegularFile() && position != null) {
                segments.add(new WalSegmentInfo(position, entry.size(), entry.modified()));
            }
        }
        oldLayout.addWals(generation, entries, segments);
        segments.sort(Comparator.comparing(WalSegmentInfo::position));
        return segments;
    }

    @Override
    public SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) throws IOException {
        Path file = write(ReplicaPaths.snapshot(generation, index), content);
        return new SnapshotInfo(generation, index, Files.size(file), modified(file));
    }

    @Override
    public WalSegmentInfo writeWalSegment(Position position, ObjectContent content) throws IOException {
        Path file = write(ReplicaPaths.walSegment(position), content);
        return new WalSegmentInfo(position, Files.size(file), modified(file));
    }

    @Override
    public InputStream openSnapshot(Generation generation, int index) throws IOException {
        try {
            return open(ReplicaPaths.snapshot(generation, index));
        } catch (NoSuchFileException e) {
            InputStream old = oldLayout.openSnapshot(generation, index);
            if (old == null) {
                throw e;
            }
            return old;
        }
    }

    @Override
    public InputStream openWalSegment(Position position) throws IOException {
        try {
            return open(ReplicaPaths.walSegment(position));
        } catch (NoSuchFileException e) {
            InputStream old = oldLayout.openWal(position);
            if (old == null) {
                throw e;
            }
            return old;
        }
    }

    /** In Litestream 0.3.4's own layout: an index is one file there, which this engine doesn't append to. */
    @Override
    public boolean isReadOnly(Generation generation) throws IOException {
        return OldLayout.isAmong(new Folder(root, ReplicaPaths.walSegments(generation)).entries());
    }

    /** By the name of the root, which isn't touched: a volume that hangs must not keep the application from starting. */
    @Override
    public boolean isIn(Path folder) {
        return root.equals(folder.toAbsolutePath().normalize()) || root.equals(RealPaths.of(folder));
    }

    @Override
    public void deleteSnapshots(List<SnapshotInfo> snapshots) throws IOException {
        for (SnapshotInfo snapshot : snapshots) {
            files.deleteIfExists(root.resolve(ReplicaPaths.snapshot(snapshot)));
            files.deleteIfExists(oldLayout.snapshotFile(snapshot));
        }
        for (Generation generation : distinct(snapshots.stream().map(SnapshotInfo::generation))) {
            removeIfEmpty(generation);
        }
    }

    @Override
    public void deleteWalSegments(List<WalSegmentInfo> segments) throws IOException {
        for (WalSegmentInfo segment : segments) {
            files.deleteIfExists(root.resolve(ReplicaPaths.walSegment(segment.position())));
            for (Path file : oldLayout.walFiles(segment.position())) {
                files.deleteIfExists(file);
            }
        }
        for (Generation generation :
                distinct(segments.stream().map(segment -> segment.position().generation()))) {
            removeIfEmpty(generation);
        }
    }

    private static List<Generation> distinct(Stream<Generation> generations) {
        return generations.distinct().toList();
    }

    /** A generation whose last object is deleted is gone, as it is on a storage without folders. */
    private void removeIfEmpty(Generation generation) throws IOException {
        if (snapshots(generation).isEmpty() && walSegments(generation).isEmpty()) {
            for (String folder : List.of(
                    ReplicaPaths.snapshots(generation),
                    ReplicaPaths.walSegments(generation),
                    ReplicaPaths.generation(generation))) {
                try {
                    files.deleteIfExists(root.resolve(folder));
                } catch (DirectoryNotEmptyException e) {
                    return; // somebody else's files
                }
            }
        }
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
    public void close() {
        // nothing is held open between calls
    }

    @Override
    public String toString() {
        return url();
    }

    private Path write(String object, ObjectContent content) throws IOException {
        Path file = root.resolve(object);
        Path parent = new Folder(root, object).parent();
        files.createDirectories(parent);
        new Folder(parent).removeStaleTemporaryFiles(clock.instant().minus(STALE_AFTER));
        try {
            files.writeNew(file, content::writeTo);
        } catch (FileAlreadyExistsException e) {
            if (!file.toString().equals(e.getFile())) {
                throw e;
            }
            ObjectExistsException exists = new ObjectExistsException(object);
            exists.initCause(e);
            throw exists;
        }
        return file;
    }

    private InputStream open(String object) throws IOException {
        new Folder(root, object).parent();
        Path file = root.resolve(object);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString());
        }
        return Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    private static Instant modified(Path file) throws IOException {
        return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
    }
}
