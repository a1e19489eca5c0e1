package io.litestream4j.crash;

import io.litestream4j.crash.Disk.NameChange;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is durable at one moment, and what isn't yet.
 *
 * @param root of the watched files
 * @param durable names that are durable
 * @param changes of names, which are not, in order
 * @param present all names
 */
record DiskState(Path root, Map<Path, StoredFile> durable, List<NameChange> changes, Map<Path, StoredFile> present) {

    /** Whether there is nothing to lose. */
    boolean isSynced() {
        return changes.isEmpty() && present.values().stream().noneMatch(StoredFile::isUnsynced);
    }

    /** Takes from a copy of the root what the failure takes. */
    void lose(Path copy, Loss loss, Random random) throws IOException {
        Map<Path, StoredFile> left = new HashMap<>(durable);
        for (NameChange change : changes) {
            boolean kept = loss == Loss.RANDOM
                    ? random.nextBoolean()
                    : loss == Loss.BYTES || loss == Loss.ONE_END || loss == Loss.NOTHING;
            if (kept) {
                change.apply(left);
            }
        }
        // by name, so that a folder comes before what is in it, and chance is the same at each run
        StoredFile victim = unsynced(random);
        Map<StoredFile, Path> written = new HashMap<>();
        for (Path path : touched(left)) {
            StoredFile file = left.get(path);
            Path target = copy.resolve(root.relativize(path));
            if (file == null || !file.isFolder() || !Files.isDirectory(target)) {
                delete(target);
            }
            if (file != null && Files.isDirectory(target.getParent()) && !Files.exists(target)) {
                Loss own = loss == Loss.ONE_END && file != victim ? Loss.NOTHING : loss;
                put(copy, file, target, written, own, random);
            }
        }
    }

    private @Nullable StoredFile unsynced(Random random) {
        List<StoredFile> files = new TreeMap<>(present)
                .values().stream().filter(StoredFile::isUnsynced).toList();
        return files.isEmpty() ? null : files.get(random.nextInt(files.size()));
    }

    private Set<Path> touched(Map<Path, StoredFile> left) {
        TreeSet<Path> touched = new TreeSet<>();
        Set<StoredFile> files = new HashSet<>();
        for (NameChange change : changes) {
            touched.add(change.name());
            if (change.file() != null) {
                files.add(change.file());
            }
            if (change.from() != null) {
                touched.add(change.from());
            }
        }
        // under all of its names, a file is the same
        for (Map<Path, StoredFile> names : List.of(left, present)) {
            names.forEach((path, file) -> {
                if (file.isUnsynced() || files.contains(file)) {
                    touched.add(path);
                }
            });
        }
        return touched;
    }

    private static void put(
            Path copy, StoredFile file, Path target, Map<StoredFile, Path> written, Loss loss, Random random)
            throws IOException {
        Path first = written.putIfAbsent(file, target);
        if (file.isFolder()) {
            Files.createDirectory(target);
        } else if (file.elsewhere() != null) {
            Files.createLink(target, copy.resolve(file.elsewhere()));
        } else if (first != null) {
            Files.createLink(target, first);
        } else {
            Files.write(target, file.left(loss, random));
        }
    }

    static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
                for (Path entry : entries) {
                    delete(entry);
                }
            }
        }
        Files.deleteIfExists(path);
    }
}
