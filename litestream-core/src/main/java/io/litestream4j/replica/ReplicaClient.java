package io.litestream4j.replica;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Talks to one storage. Objects are opaque bytes here: compression is the caller's ({@link Lz4Frames}).
 *
 * <p>Every method may be called from several threads at once, but never two writers for the same object. An
 * {@link IOException} says that the storage could not be asked or did not do it: the caller may repeat the call. What
 * the storage holds is never guessed: a listing is complete or it is an exception.
 */
public interface ReplicaClient extends AutoCloseable {

    /** Where it stores, as a URL without secrets; for logs, status and messages. */
    String url();

    /** The kind of storage: {@code file} or {@code s3}. */
    String type();

    /**
     * The generations that have at least a folder or an object, in the order of their names. A root that doesn't exist
     * yet has none.
     */
    List<Generation> generations() throws IOException;

    /** Snapshots of a generation by ascending index; none when the generation is unknown. Foreign objects are left out. */
    List<SnapshotInfo> snapshots(Generation generation) throws IOException;

    /**
     * Whether the storage still has a generation of which it stored a snapshot, as far as that can be told without a
     * request that costs money. Where it can't, the answer is yes.
     */
    default boolean stillHolds(Generation generation) throws IOException {
        return true;
    }

    /** WAL segments of a generation by ascending index and offset; none when the generation is unknown. */
    List<WalSegmentInfo> walSegments(Generation generation) throws IOException;

    /**
     * Stores a snapshot. When the call returns the object is durable and visible as a whole; before that it is not
     * visible at all, also after a crash.
     *
     * @param content writes the object's bytes; called once or, to repeat the transfer, several times
     * @throws ObjectExistsException when the object exists with other bytes; it is left as it is. The same bytes are a
     *     success.
     */
    SnapshotInfo writeSnapshot(Generation generation, int index, ObjectContent content) throws IOException;

    /** Stores a WAL segment that begins at a position; promises as {@link #writeSnapshot}. */
    WalSegmentInfo writeWalSegment(Position position, ObjectContent content) throws IOException;

    /**
     * Opens a stored snapshot.
     *
     * @throws java.nio.file.NoSuchFileException when it doesn't exist
     */
    InputStream openSnapshot(Generation generation, int index) throws IOException;

    /**
     * Opens the stored WAL segment that begins at a position.
     *
     * @throws java.nio.file.NoSuchFileException when it doesn't exist
     */
    InputStream openWalSegment(Position position) throws IOException;

    /** Whether a generation is stored in an older layout, which is read but not written: then it can't go on. */
    default boolean isReadOnly(Generation generation) throws IOException {
        return false;
    }

    /** Deletes snapshots, in the order given. What doesn't exist counts as deleted. */
    void deleteSnapshots(List<SnapshotInfo> snapshots) throws IOException;

    /** Deletes WAL segments, in the order given. What doesn't exist counts as deleted. */
    void deleteWalSegments(List<WalSegmentInfo> segments) throws IOException;

    /** Whether the storage keeps a lease: one small object beside the generations that says who writes. */
    default boolean keepsLease() {
        return false;
    }

    /** The lease; null when there is none. */
    default @Nullable StoredLease readLease() throws IOException {
        return null;
    }

    /**
     * Stores the lease, if the one that is stored is still of a version. Of several that store at the same time one
     * succeeds.
     *
     * @param content at most {@link StoredLease#MAX_SIZE} characters, of ASCII
     * @param version of the lease that is replaced; null: there is none yet
     * @return the version that is stored now; null when it was another one, so nothing is changed
     */
    default @Nullable String storeLease(String content, @Nullable String version) throws IOException {
        throw new UnsupportedOperationException(url() + " keeps no lease");
    }

    /** Whether objects lie in this very folder of this machine, where the local state of an engine must not be. */
    default boolean isIn(Path folder) {
        return false;
    }

    /**
     * Asks the storage once whether it can be read and written, and leaves nothing behind.
     *
     * @throws IOException with one sentence on what is wrong and what to do about it
     */
    default void probe() throws IOException {}

    /** Requests sent since the client was made; none where requests cost nothing. */
    default RequestCounts requests() {
        return RequestCounts.NONE;
    }

    /** Frees what the client holds. Calls under way may fail. */
    @Override
    void close();
}
