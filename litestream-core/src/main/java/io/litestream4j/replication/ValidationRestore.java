package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.io.DurableFiles;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores a replica to a temporary file in the folder of the local state. Nothing of it stays. */
final class ValidationRestore {

    private static final Logger LOG = LoggerFactory.getLogger(ValidationRestore.class);

    /** What must be left for the application, whatever a validation needs. */
    private static final long RESERVE = 64L << 20;

    private static final int PARALLELISM = 2;
    private static final String SUFFIX = ".db";

    private final Path folder;
    private final String prefix;
    private final Space space;
    private final Path proof;

    /** Bytes that may be used where a file lies. */
    @FunctionalInterface
    interface Space {
        long usable(Path folder) throws IOException;
    }

    ValidationRestore(Path metaPath, Replica replica) {
        this(metaPath, replica, path -> Files.getFileStore(path).getUsableSpace());
    }

    ValidationRestore(Path metaPath, Replica replica, Space space) {
        this.folder = metaPath.resolve("validation");
        this.prefix = "%08x-".formatted(replica.name().hashCode());
        this.proof = folder.resolve("%08x.proved".formatted(replica.name().hashCode()));
        this.space = space;
    }

    /** A restored database, to be closed: that deletes it. */
    record Restored(Path path) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(path);
        }
    }

    /** The validation was told to give up. */
    private static final class HaltedException extends LitestreamException {

        private static final long serialVersionUID = 1L;

        HaltedException() {
            super("replication was stopped meanwhile");
        }
    }

    /**
     * Restores up to the end of an index.
     *
     * @param size bytes of the database, as far as known
     */
    Restored restore(Replica replica, Generation generation, int index, long size, BooleanSupplier halted)
            throws IOException {
        new DurableFiles().createDirectories(folder);
        clean();
        long needed = 2 * size + RESERVE;
        long usable = space.usable(folder);
        if (usable < needed) {
            throw new IOException(
                    "%d bytes are free for the restored copy in %s, expected at least %d: free some, or put"
                                    .formatted(usable, folder, needed)
                            + " meta-path elsewhere");
        }
        Path target = folder.resolve(prefix + UUID.randomUUID() + SUFFIX);
        boolean restored = false;
        try {
            new Restorer()
                    .restore(RestoreRequest.to(target)
                            .from(List.of(replica))
                            .generation(generation)
                            .index(index)
                            .parallelism(PARALLELISM)
                            .integrityCheck(IntegrityCheck.NONE)
                            .progress((done, total) -> giveUpIf(halted))
                            .build());
            restored = true;
            return new Restored(target);
        } finally {
            if (!restored) {
                Files.deleteIfExists(target);
            }
        }
    }

    /** When this replica was last compared, in whichever run; null when that isn't known. */
    @Nullable
    Instant lastProof() {
        try {
            return Files.getLastModifiedTime(proof).toInstant();
        } catch (IOException e) {
            return null;
        }
    }

    /** Notes for later runs that this replica was compared. */
    void proved(Instant at) {
        try {
            new DurableFiles().createDirectories(folder);
            if (!Files.exists(proof)) {
                Files.createFile(proof);
            }
            Files.setLastModifiedTime(proof, FileTime.from(at));
        } catch (IOException e) {
            LOG.warn("{} can't be written, so a restart begins the validation-interval anew: {}", proof, e.toString());
        }
    }

    private static void giveUpIf(BooleanSupplier halted) {
        if (halted.getAsBoolean()) {
            throw new HaltedException();
        }
    }

    /** Removes what a validation of this replica left that was killed. */
    void clean() throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, prefix + "*")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }
}
