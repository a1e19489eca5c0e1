package io.litestream4j.database;

import io.litestream4j.io.FileProblem;
import io.litestream4j.io.OwnerOnlyFiles;
import io.litestream4j.wal.FrameChain;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The local copy of one WAL file: its header and whole committed transactions, nothing else. It lives under a temporary
 * name until its first transaction is complete, so a shadow file always ends on a commit frame. Not thread-safe.
 */
final class ShadowIndex implements AutoCloseable {

    private final Path path;
    private final WalHeader header;
    private final byte[] headerBytes;
    private final FileChannel channel;
    private FrameChain chain;
    private long end;

    /** Bytes of the file: more than {@link #end} where a write went wrong half-way. */
    private long written;

    private int commitSize;

    private ShadowIndex(Path path, WalHeader header, byte[] headerBytes, FileChannel channel) {
        this.path = path;
        this.header = header;
        this.headerBytes = headerBytes;
        this.channel = channel;
        this.chain = new FrameChain(header);
        this.end = 0;
    }

    /** A new, unpublished file for the WAL that begins with this header. */
    static ShadowIndex create(Path path, WalHeader header, byte[] headerBytes) throws IOException {
        Path temporary = temporaryOf(path);
        try {
            Files.deleteIfExists(temporary);
            FileChannel channel = OwnerOnlyFiles.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new ShadowIndex(path, header, headerBytes, channel);
        } catch (IOException e) {
            throw FileProblem.explained(e, temporary, WalHeader.SIZE + (long) header.frameSize());
        }
    }

    /**
     * Opens an existing file and proves every frame. What is behind the last commit, a crash's leftover, is cut off.
     *
     * @return null when there is no valid header, or no committed transaction
     */
    @SuppressWarnings("MustBeClosedChecker")
    static @Nullable ShadowIndex open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ShadowIndex opened = null;
        try {
            byte[] headerBytes = new byte[WalHeader.SIZE];
            int read = Channels.readFully(channel, ByteBuffer.wrap(headerBytes), 0);
            WalHeader header = read < WalHeader.SIZE ? null : WalHeader.parse(headerBytes);
            if (header == null) {
                return null;
            }
            ShadowIndex index = new ShadowIndex(path, header, headerBytes, channel);
            index.end = WalHeader.SIZE;
            index.recover();
            if (index.end > WalHeader.SIZE) {
                opened = index;
            }
            return opened;
        } finally {
            if (opened == null) {
                channel.close();
            }
        }
    }

    private void recover() throws IOException {
        FrameScan scan = new FrameScan(header, (buffer, position) -> Channels.readFully(channel, buffer, position));
        FrameScan.Result result = scan.run(WalHeader.SIZE, chain, (frames, offset) -> {});
        adopt(result);
        cutBehindEnd();
    }

    private void cutBehindEnd() throws IOException {
        if (channel.size() > end) {
            channel.truncate(end);
        }
        written = end;
    }

    Path path() {
        return path;
    }

    WalHeader header() {
        return header;
    }

    /** Offset behind the last committed frame; 0 while there is none. */
    long end() {
        return end;
    }

    /** Pages of the database after the last commit. */
    int commitSize() {
        return commitSize;
    }

    /** The running checksum at {@link #end()}. */
    FrameChain chain() {
        return chain;
    }

    /** Whether the file is as this object left it: if not, somebody else works here. */
    boolean isUntouched() throws IOException {
        return channel.size() == written && Files.exists(end == 0 ? temporaryOf(path) : path);
    }

    /** Appends whatever committed transactions follow in the live WAL; returns the number of bytes. */
    long appendFrom(FrameScan.Source wal) throws IOException {
        long before = end;
        long from = Math.max(end, WalHeader.SIZE);
        boolean appended = false;
        try {
            FrameScan.Result result = new FrameScan(header, wal).run(from, chain, this::writeFrames);
            if (result.end() > from) {
                publishIfNew();
                adopt(result);
            }
            appended = written <= end;
            return end - before;
        } finally {
            if (!appended) {
                cutBehindEnd();
            }
        }
    }

    private void writeFrames(ByteBuffer frames, long offset) throws IOException {
        long behind = offset + frames.remaining();
        try {
            Channels.writeFully(channel, frames, offset);
        } catch (IOException e) {
            throw FileProblem.explained(e, path, behind - offset);
        } finally {
            written = Math.max(behind, channel.size());
        }
    }

    private void publishIfNew() throws IOException {
        if (end == 0) {
            Channels.writeFully(channel, ByteBuffer.wrap(headerBytes), 0);
            Files.move(temporaryOf(path), path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void adopt(FrameScan.Result result) {
        end = result.end();
        chain = result.chain();
        commitSize = result.commitSize();
    }

    /** Whether a frame header, read where the last copied frame stands in the live WAL, is the one that was copied. */
    boolean endsWith(WalFrameHeader frame) {
        return chain.endsWith(frame);
    }

    int read(ByteBuffer buffer, long position) throws IOException {
        return Channels.readFully(channel, buffer, position);
    }

    /** Makes everything copied so far durable. */
    void sync() throws IOException {
        channel.force(false);
    }

    /** Closes the file; an unpublished one is deleted. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (end == 0) {
            Files.deleteIfExists(temporaryOf(path));
        }
    }

    private static Path temporaryOf(Path path) {
        return path.resolveSibling(path.getFileName() + ".tmp");
    }
}
