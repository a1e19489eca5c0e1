package io.litestream4j.database;

import io.litestream4j.Position;
import io.litestream4j.io.ContentDamagedException;
import io.litestream4j.wal.FrameChain;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Committed bytes of the shadow WAL from one position on: what the next WAL segment of a replica holds. A segment of no
 * bytes marks the end of a finished index. May be written several times, from any thread.
 */
public final class ShadowSegment {

    private static final int BUFFER_SIZE = 256 * 1024;

    private final Path file;
    private final Position start;
    private final long end;

    ShadowSegment(Path file, Position start, long end) {
        this.file = file;
        this.start = start;
        this.end = end;
    }

    /** Position of the first byte. */
    public Position start() {
        return start;
    }

    /** Position behind the last byte: what the replica has once it holds the segment. */
    public Position end() {
        return start.atOffset(end);
    }

    /** Bytes. */
    public long length() {
        return end - start.offset();
    }

    /** Whether this marks the end of a finished index, and holds nothing. */
    public boolean isEndMark() {
        return length() == 0;
    }

    /**
     * Writes the bytes, proving each frame on the way, so that a local disk's mistake never reaches a replica.
     *
     * @throws ContentDamagedException when the shadow WAL isn't what was copied
     */
    public void writeTo(OutputStream out) throws IOException {
        if (isEndMark()) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            WalHeader header = readHeader(channel, start.offset() == 0 ? out : OutputStream.nullOutputStream());
            long offset = Math.max(start.offset(), WalHeader.SIZE);
            FrameChain chain = chainAt(channel, header, offset);
            byte[] bytes = new byte[Math.max(1, BUFFER_SIZE / header.frameSize()) * header.frameSize()];
            while (offset < end) {
                int length = (int) Math.min(bytes.length, end - offset);
                require(Channels.readFully(channel, ByteBuffer.wrap(bytes, 0, length), offset) == length, offset);
                for (int at = 0; at < length; at += header.frameSize()) {
                    require(chain.advance(bytes, at), offset + at);
                }
                out.write(bytes, 0, length);
                offset += length;
            }
        }
    }

    private WalHeader readHeader(FileChannel channel, OutputStream out) throws IOException {
        byte[] bytes = new byte[WalHeader.SIZE];
        require(Channels.readFully(channel, ByteBuffer.wrap(bytes), 0) == bytes.length, 0);
        WalHeader header = WalHeader.parse(bytes);
        if (header == null) {
            throw damaged(0);
        }
        out.write(bytes);
        return header;
    }

    private FrameChain chainAt(FileChannel channel, WalHeader header, long offset) throws IOException {
        if (offset == WalHeader.SIZE) {
            return new FrameChain(header);
        }
        byte[] bytes = new byte[WalFrameHeader.SIZE];
        long previous = offset - header.frameSize();
        require(Channels.readFully(channel, ByteBuffer.wrap(bytes), previous) == bytes.length, previous);
        WalFrameHeader frame = WalFrameHeader.parse(bytes, 0);
        require(header.hasSaltsOf(frame), previous);
        return FrameChain.behind(header, frame);
    }

    private void require(boolean proved, long offset) throws ContentDamagedException {
        if (!proved) {
            throw damaged(offset);
        }
    }

    private ContentDamagedException damaged(long offset) {
        return new ContentDamagedException(
                file + " at offset " + offset + ": expected the frame that was copied there, got something else");
    }
}
