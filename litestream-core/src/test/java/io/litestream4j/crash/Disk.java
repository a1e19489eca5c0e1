package io.litestream4j.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of the watched files is durable: the bytes of a file up to its last fsync, the names in a folder up to the folder's.
 * A file that SQLite writes has its bytes where they are; of such a file only the names are known. Guarded by its owner.
 */
final class Disk {

    /** A folder in which files without a name are kept by a link, since a crash can bring a name back. */
    static final String NAMELESS = ".nameless";

    private final Path root;
    private final Map<Path, StoredFile> names = new HashMap<>();
    private final Map<Path, StoredFile> durableNames = new HashMap<>();
    private final List<NameChange> pending = new ArrayList<>();
    private final Map<Object, StoredFile> handles = new HashMap<>();
    private int kept;

    Disk(Path root) {
        this.root = root;
    }

    /**
     * A change of one name.
     *
     * @param folder whose fsync makes it durable
     * @param file what gets the name; null: the name goes
     * @param from the name that it loses at the same moment; null: none
     */
    record NameChange(
            Path folder,
            Path name,
            @Nullable StoredFile file,
            @Nullable Path from) {

        void apply(Map<Path, StoredFile> names) {
            if (from != null && names.get(from) == file) {
                names.remove(from);
            }
            if (file == null) {
                names.remove(name);
            } else {
                names.put(name, file);
            }
        }
    }

    /** Before a step: a name that is about to change must be known. */
    void expect(FileStep step) throws IOException {
        switch (step.kind()) {
            case MOVE, LINK -> {
                known(step.path());
                if (step.other() != null && Files.exists(step.other(), LinkOption.NOFOLLOW_LINKS)) {
                    known(step.other());
                }
            }
            case DELETE -> known(step.path());
            case OPEN -> {
                if (!names.containsKey(step.path())) {
                    track(step.path(), StoredFile.of(Files.readAllBytes(step.path())));
                }
            }
            default -> {}
        }
    }

    private StoredFile known(Path path) throws IOException {
        StoredFile file = names.get(path);
        if (file != null && file.elsewhere() != null && !Files.isSameFile(root.resolve(file.elsewhere()), path)) {
            file = null; // SQLite deleted it, and made another one
        }
        if (file == null && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            file = StoredFile.folder();
            track(path, file);
        } else if (file == null) {
            Path link = Files.createDirectories(root.resolve(NAMELESS)).resolve(String.valueOf(kept++));
            Files.createLink(link, path);
            file = StoredFile.elsewhere(root.relativize(link));
            track(path, file);
        }
        return file;
    }

    private void track(Path path, StoredFile file) {
        names.put(path, file);
        durableNames.put(path, file);
    }

    /** After a step. */
    void done(FileStep step) {
        switch (step.kind()) {
            case CREATE -> {
                StoredFile file = StoredFile.of(new byte[0]);
                handles.put(step.handle(), file);
                change(new NameChange(folderOf(step.path()), step.path(), file, null));
            }
            case OPEN -> handles.put(step.handle(), names.get(step.path()));
            case WRITE -> handles.get(step.handle()).write(step.position(), step.bytes());
            case TRUNCATE -> handles.get(step.handle()).truncate(step.position());
            case FORCE -> handles.get(step.handle()).force();
            case FORCE_FOLDER -> {
                pending.stream()
                        .filter(change -> change.folder().equals(step.path()))
                        .forEach(change -> change.apply(durableNames));
                pending.removeIf(change -> change.folder().equals(step.path()));
                // what SQLite deleted there is gone for good now, too
                names.keySet().removeIf(name -> isGone(step.path(), name));
                durableNames.keySet().removeIf(name -> isGone(step.path(), name));
            }
            case MOVE ->
                change(new NameChange(folderOf(step.other()), step.other(), names.get(step.path()), step.path()));
            case LINK -> change(new NameChange(folderOf(step.other()), step.other(), names.get(step.path()), null));
            case DELETE -> change(new NameChange(folderOf(step.path()), step.path(), null, null));
            case CREATE_FOLDER -> change(new NameChange(folderOf(step.path()), step.path(), StoredFile.folder(), null));
        }
    }

    private void change(NameChange change) {
        pending.add(change);
        change.apply(names);
    }

    private static boolean isGone(Path folder, Path name) {
        return folder.equals(name.getParent()) && !Files.exists(name, LinkOption.NOFOLLOW_LINKS);
    }

    private static Path folderOf(Path file) {
        return file.getParent();
    }

    /** The name of a file that is open. */
    FileStep named(FileStep step) {
        StoredFile file = handles.get(step.handle());
        return names.entrySet().stream()
                .filter(entry -> entry.getValue() == file && file != null)
                .map(entry -> step.at(entry.getKey()))
                .findFirst()
                .orElse(step);
    }

    /** What a crash would find now. */
    DiskState state() {
        // one copy of each file, under however many names
        Map<StoredFile, StoredFile> copies = new HashMap<>();
        Map<Path, StoredFile> durable = new HashMap<>();
        durableNames.forEach((path, file) -> durable.put(path, copies.computeIfAbsent(file, StoredFile::copy)));
        List<NameChange> changes = pending.stream()
                .map(change -> new NameChange(
                        change.folder(),
                        change.name(),
                        change.file() == null ? null : copies.computeIfAbsent(change.file(), StoredFile::copy),
                        change.from()))
                .toList();
        Map<Path, StoredFile> present = new HashMap<>();
        names.forEach((path, file) -> present.put(path, copies.computeIfAbsent(file, StoredFile::copy)));
        return new DiskState(root, durable, changes, present);
    }
}
