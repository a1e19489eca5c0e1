package io.litestream4j.database;

import io.litestream4j.Position;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The database, page by page, at one committed transaction of the current WAL index, while the application goes on.
 *
 * <p>Under a pin on read-mark 0 the file itself is that image: the state at which the index began. Under any other pin,
 * checkpoints may move pages of the index's first frames into the file while it is read; those pages are taken from
 * the shadow WAL instead, so the image is exact in that case too, and holds the frames before {@link #requiredEnd()}.
 *
 * <p>May be written several times, by several threads. Must be closed: no index is sealed while it is open.
 */
public final class SnapshotImage implements AutoCloseable {

    private static final int BUFFER_SIZE = 1 << 20;

    private final SourceDatabase source;
    private final DatabaseFile file;
    private final Position position;
    private final Overlay overlay;
    private final long requiredEnd;
    private final long size;
    private volatile boolean aborted;
    private boolean closed;

    /**
     * Pages that are taken from the shadow WAL.
     *
     * @param shadow the index's copy
     * @param pageSize bytes of a page
     * @param end frames before this offset are part of the image; 0 for none
     * @param offsets page number to offset of the page's newest version before {@code end}
     * @param pages pages of the database at {@code end}
     */
    private record Overlay(ShadowIndex shadow, int pageSize, long end, Map<Integer, Long> offsets, long pages) {}

    private SnapshotImage(
            SourceDatabase source, DatabaseFile file, Position position, Overlay overlay, long requiredEnd)
            throws IOException {
        this.source = source;
        this.file = file;
        this.position = position;
        this.overlay = overlay;
        this.requiredEnd = requiredEnd;
        this.size = overlay.end == 0 ? file.size() : overlay.pages * overlay.pageSize;
    }

    /**
     * @param position start of the index
     * @param end offset up to which checkpoints may change the file; 0 when it can't be changed
     * @param requiredEnd offset up to which frames are part of the image
     */
    static SnapshotImage of(
            SourceDatabase source, DatabaseFile file, Position position, ShadowIndex shadow, long end, long requiredEnd)
            throws IOException {
        return new SnapshotImage(source, file, position, overlay(shadow, end), requiredEnd);
    }

    private static Overlay overlay(ShadowIndex shadow, long end) throws IOException {
        WalHeader header = shadow.header();
        Map<Integer, Long> offsets = new HashMap<>();
        long pages = 0;
        byte[] bytes = new byte[WalFrameHeader.SIZE];
        for (long offset = WalHeader.SIZE; offset < end; offset += header.frameSize()) {
            shadow.read(ByteBuffer.wrap(bytes), offset);
            WalFrameHeader frame = WalFrameHeader.parse(bytes, 0);
            offsets.put(frame.pageNumber(), offset + WalFrameHeader.SIZE);
            pages = frame.isCommit() ? Integer.toUnsignedLong(frame.commitSize()) : pages;
        }
        return new Overlay(shadow, header.pageSize(), end, offsets, pages);
    }

    /** Where replay on top of this image begins: an index at offset 0. */
    public Position position() {
        return position;
    }

    /** Replay must reach at least this position, or it would take back what the image holds already. */
    public Position requiredEnd() {
        return position.atOffset(requiredEnd);
    }

    /** Whether nothing of the index is missing in the image that is before its end: it was sealed there, or not begun. */
    public boolean endsAnIndex() {
        return overlay.end == 0;
    }

    /** Bytes of the database. */
    public long size() {
        return size;
    }

    /** Makes every writing that is under way end with an exception, soon. */
    public void abort() {
        aborted = true;
    }

    /** Writes the database. */
    public void writeTo(OutputStream out) throws IOException {
        byte[] bytes = new byte[BUFFER_SIZE];
        for (long offset = 0; offset < size; offset += bytes.length) {
            int length = (int) Math.min(bytes.length, size - offset);
            int read = file.read(ByteBuffer.wrap(bytes, 0, length), offset);
            if (aborted) {
                // Asked after the read: until then nobody could change what was read.
                throw new InterruptedIOException("the snapshot was given up: the WAL behind it reached its limit");
            }
            if (overlay.end == 0 && read < length) {
                throw new IOException("the database file ended at " + (offset + read) + ", expected " + size);
            }
            // The file can end early only where the overlay has the rest, but for the lock page, which is never used.
            Arrays.fill(bytes, read, length, (byte) 0);
            layOver(bytes, offset, length);
            out.write(bytes, 0, length);
        }
    }

    private void layOver(byte[] bytes, long offset, int length) throws IOException {
        if (overlay.offsets.isEmpty()) {
            return;
        }
        int pageSize = overlay.pageSize;
        for (int at = 0; at < length; at += pageSize) {
            Long inShadow = overlay.offsets.get((int) ((offset + at) / pageSize + 1));
            if (inShadow != null) {
                overlay.shadow.read(ByteBuffer.wrap(bytes, at, pageSize), inShadow);
            }
        }
    }

    /** Ends the use of the image; idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            source.snapshotClosed(this);
        }
    }
}
