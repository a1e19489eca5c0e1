package io.litestream4j.database;

import io.litestream4j.Generation;
import io.litestream4j.io.RealPaths;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a database and its local state lie, and what the state says, whether or not an engine runs. Looks at names, times and
 * the shadow WAL; never opens the database. Immutable; each method looks anew.
 */
public final class LocalState {

    private final Path database;
    private final MetaDirectory meta;

    private LocalState(Path database, MetaDirectory meta) {
        this.database = database;
        this.meta = meta;
    }

    /**
     * Of a database, which need not exist.
     *
     * @param metaPath folder of the local state; null: {@code .<database>-litestream} beside the database
     */
    public static LocalState of(Path database, @Nullable Path metaPath) {
        Path real = RealPaths.of(database);
        return new LocalState(real, MetaDirectory.of(real, metaPath));
    }

    /** The database's file, without links. */
    public Path database() {
        return database;
    }

    /** The database's WAL. */
    public Path wal() {
        return KeptAside.beside(database, "-wal");
    }

    /** Folder of the local state. */
    public Path meta() {
        return meta.path();
    }

    /**
     * Names this local state for the lease of a replica; made when it is first asked for. Call it only with the right to
     * replicate the database: an open {@link SourceDatabase}, or a {@link DatabaseClaim}.
     */
    public String owner() throws IOException {
        return meta.owner();
    }

    /** The generations from which the database here was restored last, or that counted then; empty when it wasn't. */
    public Set<Generation> adopted() throws IOException {
        return meta.adopted();
    }

    /** File with the current generation's name. */
    public Path generationName() {
        return meta.generationName();
    }

    /** Folder of a generation. */
    public Path generation(Generation generation) {
        return meta.generationFolder(generation);
    }

    /** Folder of a generation's shadow WAL. */
    public Path shadowWalFolder(Generation generation) {
        return meta.walFolder(generation);
    }

    /** File of the shadow WAL of one index. */
    public Path shadowWal(Generation generation, int index) {
        if (index < 0) {
            throw new IllegalArgumentException("index must not be negative, got " + index);
        }
        return meta.shadowFile(generation, index);
    }

    /** The generation that an engine began or continued last. */
    public Optional<Generation> currentGeneration() throws IOException {
        return Optional.ofNullable(meta.readGeneration());
    }

    /** The newest index of a generation's shadow WAL; empty when there is none. */
    public OptionalInt newestIndex(Generation generation) throws IOException {
        Path folder = meta.walFolder(generation);
        if (!Files.isDirectory(folder)) {
            return OptionalInt.empty();
        }
        try (var files = Files.list(folder)) {
            return files.mapToInt(MetaDirectory::indexOf)
                    .filter(index -> index >= 0)
                    .max();
        }
    }

    /** Bytes of a generation's shadow WAL, over all indexes. */
    public long shadowSize(Generation generation) throws IOException {
        Path folder = meta.walFolder(generation);
        long size = 0;
        if (Files.isDirectory(folder)) {
            try (var files = Files.newDirectoryStream(folder, "*.wal")) {
                for (Path file : files) {
                    size += Math.max(0, FileIdentity.sizeOf(file));
                }
            }
        }
        return size;
    }

    /** The database's page size, by the shadow WAL; empty before the first generation. */
    public OptionalInt pageSize() throws IOException {
        Optional<Generation> current = currentGeneration();
        OptionalInt newest = current.isEmpty() ? OptionalInt.empty() : newestIndex(current.get());
        if (newest.isEmpty()) {
            return OptionalInt.empty();
        }
        WalHeader header = meta.readShadowHeader(current.get(), newest.getAsInt());
        return header == null ? OptionalInt.empty() : OptionalInt.of(header.pageSize());
    }

    /**
     * When the database or its WAL was last written.
     *
     * @throws NoSuchFileException when there is no database
     */
    public Instant updatedAt() throws IOException {
        FileTime file = Files.getLastModifiedTime(database);
        try {
            FileTime wal = Files.getLastModifiedTime(wal());
            return (wal.compareTo(file) > 0 ? wal : file).toInstant();
        } catch (NoSuchFileException e) {
            return file.toInstant();
        }
    }
}
