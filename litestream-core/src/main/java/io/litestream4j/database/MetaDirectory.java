package io.litestream4j.database;

import io.litestream4j.Generation;
import io.litestream4j.io.DurableFiles;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The folder beside the database that holds the engine's local state, in Litestream's own layout:
 *
 * <pre>
 * generation                              the current generation's name
 * generations/&lt;generation&gt;/wal/&lt;index&gt;.wal   the shadow WAL
 * </pre>
 *
 * <p>and, of ours alone, {@code lock}, {@code owner}, {@code adopted}, {@code clean-shutdown}, {@code replacing} and {@code replaced}.
 */
final class MetaDirectory {

    private static final DurableFiles FILES = new DurableFiles();
    private static final Pattern SHADOW_NAME = Pattern.compile("([0-9a-f]{8})\\.wal");
    private static final Pattern OWNER = Pattern.compile("[0-9a-f]{16}");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MAX_NAME_FILE_SIZE = 1024;
    private static final int MAX_ADOPTED = 50;

    private final Path path;

    MetaDirectory(Path path) {
        this.path = path;
    }

    /** The one at a path; null for Litestream's default. */
    static MetaDirectory of(Path database, @Nullable Path metaPath) {
        return new MetaDirectory(metaPath != null ? metaPath : defaultPath(database));
    }

    /** Litestream's default: {@code .<name>-litestream} beside the database. */
    static Path defaultPath(Path database) {
        Path absolute = database.toAbsolutePath();
        return absolute.resolveSibling("." + absolute.getFileName() + "-litestream");
    }

    Path path() {
        return path;
    }

    Path generationName() {
        return path.resolve("generation");
    }

    private Path adoptedFile() {
        return path.resolve("adopted");
    }

    private Path ownerFile() {
        return path.resolve("owner");
    }

    Path lockFile() {
        return path.resolve("lock");
    }

    Path shutdownRecord() {
        return path.resolve("clean-shutdown");
    }

    /** What is about to be done to the database's file. */
    Path replacing() {
        return path.resolve("replacing");
    }

    /** What was done to it last. */
    Path replaced() {
        return path.resolve("replaced");
    }

    Path walFolder(Generation generation) {
        return generationFolder(generation).resolve("wal");
    }

    Path shadowFile(Generation generation, int index) {
        return walFolder(generation).resolve("%08x.wal".formatted(index));
    }

    /** The index in a shadow file's name; -1 when it is no such name. */
    static int indexOf(Path shadowFile) {
        Matcher matcher = SHADOW_NAME.matcher(shadowFile.getFileName().toString());
        long index = matcher.matches() ? Long.parseLong(matcher.group(1), 16) : -1;
        return index > Integer.MAX_VALUE ? -1 : (int) index;
    }

    /**
     * Names this local state, whatever becomes of generations; made when it is first asked for. Only under the lock.
     */
    String owner() throws IOException {
        Path file = ownerFile();
        String stored = FileIdentity.sizeOf(file) <= MAX_NAME_FILE_SIZE && Files.isRegularFile(file)
                ? Files.readString(file, StandardCharsets.ISO_8859_1).strip()
                : "";
        if (OWNER.matcher(stored).matches()) {
            return stored;
        }
        byte[] id = new byte[8];
        RANDOM.nextBytes(id);
        String made = HexFormat.of().formatHex(id);
        FILES.write(file, out -> out.write(made.getBytes(StandardCharsets.US_ASCII)));
        return made;
    }

    /** The generations that {@link #adopt} named last. */
    Set<Generation> adopted() throws IOException {
        Path file = adoptedFile();
        long size = FileIdentity.sizeOf(file);
        if (size < 0 || size > MAX_NAME_FILE_SIZE) {
            return Set.of();
        }
        return Files.readString(file, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(Generation::isName)
                .map(Generation::parse)
                .collect(Collectors.toSet());
    }

    /** The database is about to be, or was, restored from generations. Only under the lock. */
    void adopt(Set<Generation> generations) throws IOException {
        String names = generations.stream()
                .limit(MAX_ADOPTED)
                .map(generation -> generation.name() + "\n")
                .collect(Collectors.joining());
        FILES.write(adoptedFile(), out -> out.write(names.getBytes(StandardCharsets.US_ASCII)));
    }

    void create() throws IOException {
        FILES.createDirectories(path);
    }

    /** Removes what a crash left half-written. Only under the lock: another engine's files may be under way. */
    void clean() throws IOException {
        deleteTemporaryFiles(path);
    }

    /** The generation that was current when the engine last ran; null when there is none. */
    @Nullable
    Generation readGeneration() throws IOException {
        Path file = generationName();
        if (FileIdentity.sizeOf(file) > MAX_NAME_FILE_SIZE) {
            return null;
        }
        try {
            String name = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            return Generation.isName(name) ? Generation.parse(name) : null;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Makes a generation the current one, durably. */
    void writeGeneration(Generation generation) throws IOException {
        byte[] name = (generation + "\n").getBytes(StandardCharsets.US_ASCII);
        FILES.write(generationName(), out -> out.write(name));
    }

    /** No generation is the current one any more, durably. */
    void forgetGeneration() throws IOException {
        FILES.deleteIfExists(generationName());
    }

    /** Deletes the shadow WALs of all generations but one; never what a link leads to, which may be anybody's. */
    void keepOnly(@Nullable Generation generation) throws IOException {
        Path generations = path.resolve("generations");
        if (!Files.isDirectory(generations, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(generations)) {
            for (Path entry : entries) {
                boolean current =
                        generation != null && entry.getFileName().toString().equals(generation.name());
                if (!current) {
                    deleteRecursively(entry);
                }
            }
        }
    }

    /**
     * Deletes what an engine made, and nothing else: the folder may hold other files, even a replica. The lock's file
     * stays: whoever waits for the lock has it open.
     */
    void deleteContent() throws IOException {
        Files.deleteIfExists(shutdownRecord());
        FILES.deleteIfExists(generationName());
        for (Path ours : List.of(
                path.resolve("generations"),
                path.resolve("validation"),
                replacing(),
                replaced(),
                ownerFile(),
                adoptedFile())) {
            deleteRecursively(ours);
        }
        FILES.syncDirectory(path);
    }

    /** The header of a shadow file; null when there is none that is whole. */
    @Nullable
    WalHeader readShadowHeader(Generation generation, int index) throws IOException {
        try (InputStream in = Files.newInputStream(shadowFile(generation, index))) {
            byte[] header = in.readNBytes(WalHeader.SIZE);
            return header.length < WalHeader.SIZE ? null : WalHeader.parse(header);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    Path generationFolder(Generation generation) {
        return path.resolve("generations").resolve(generation.name());
    }

    private static void deleteTemporaryFiles(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    deleteTemporaryFiles(entry);
                } else if (entry.getFileName().toString().endsWith(".tmp")) {
                    Files.deleteIfExists(entry);
                }
            }
        }
    }

    private static void deleteRecursively(Path entry) throws IOException {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(entry)) {
                for (Path child : children) {
                    deleteRecursively(child);
                }
            }
        }
        Files.deleteIfExists(entry);
    }
}
