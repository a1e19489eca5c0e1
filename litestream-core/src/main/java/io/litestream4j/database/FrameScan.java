package io.litestream4j.database;

import io.litestream4j.wal.FrameChain;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Walks the frames of a WAL from one commit to the last later one, and hands over what lies between, proved frame by
 * frame. Frames behind the last commit are not handed over: they belong to a transaction that may still be rolled back,
 * or to an earlier use of the file.
 */
final class FrameScan {

    private static final int BUFFER_SIZE = 256 * 1024;

    private final WalHeader header;
    private final Source source;
    private final ByteBuffer buffer;

    /** Where the WAL's bytes come from; reads less than asked only at the end of the file. */
    @FunctionalInterface
    interface Source {
        int read(ByteBuffer buffer, long position) throws IOException;
    }

    /** Takes whole frames, in order, without gaps. */
    @FunctionalInterface
    interface Sink {
        void accept(ByteBuffer frames, long offset) throws IOException;
    }

    /**
     * Where a scan ended.
     *
     * @param end offset behind the last commit frame, or where the scan began when there is none
     * @param chain the running checksum there
     * @param commitSize pages of the database after that commit, 0 when there is none
     */
    record Result(long end, FrameChain chain, int commitSize) {}

    FrameScan(WalHeader header, Source source) {
        this.header = header;
        this.source = source;
        int frames = Math.max(1, BUFFER_SIZE / header.frameSize());
        this.buffer = ByteBuffer.allocate(frames * header.frameSize());
    }

    /**
     * Scans.
     *
     * @param from offset of a frame whose predecessor is a commit, or the first
     * @param start the running checksum there; it isn't changed
     */
    Result run(long from, FrameChain start, Sink sink) throws IOException {
        Result committed = new Result(from, start, 0);
        FrameChain chain = start.copy();
        long offset = from;
        while (true) {
            int frames = readFrames(offset);
            Scanned scanned = proveFrames(offset, frames, chain);
            if (scanned.lastCommit != null) {
                if (!handOver(committed, offset, scanned.lastCommit, sink)) {
                    return committed;
                }
                committed = scanned.lastCommit;
            }
            boolean bufferWasFull = scanned.valid == buffer.capacity() / header.frameSize();
            if (!bufferWasFull) {
                return committed;
            }
            offset = scanned.lastCommit != null ? committed.end : offset + buffer.capacity();
            chain = scanned.lastCommit != null ? committed.chain.copy() : chain;
        }
    }

    /**
     * @param valid frames at the buffer's start that continue the chain
     * @param lastCommit behind the last commit frame among them; null when there is none
     */
    private record Scanned(int valid, @Nullable Result lastCommit) {}

    private int readFrames(long offset) throws IOException {
        buffer.clear();
        return source.read(buffer, offset) / header.frameSize();
    }

    private Scanned proveFrames(long offset, int frames, FrameChain chain) {
        Result lastCommit = null;
        int frame = 0;
        while (frame < frames && chain.advance(buffer.array(), frame * header.frameSize())) {
            int commitSize = WalFrameHeader.parse(buffer.array(), frame * header.frameSize())
                    .commitSize();
            frame++;
            if (commitSize != 0) {
                lastCommit = new Result(offset + (long) frame * header.frameSize(), chain.copy(), commitSize);
            }
        }
        return new Scanned(frame, lastCommit);
    }

    /** Hands over what lies between two commits; false when it changed since it was proved. */
    private boolean handOver(Result from, long bufferOffset, Result to, Sink sink) throws IOException {
        if (from.end == bufferOffset) {
            sink.accept(buffer.position(0).limit(Math.toIntExact(to.end - bufferOffset)), bufferOffset);
            return true;
        }
        // The transaction began in an earlier buffer: SQLite may have rewritten its frames since they were proved.
        long offset = from.end;
        FrameChain chain = from.chain.copy();
        while (offset < to.end) {
            int frames = (int) Math.min(readFrames(offset), (to.end - offset) / header.frameSize());
            if (frames == 0 || proveFrames(offset, frames, chain).valid < frames) {
                return false;
            }
            sink.accept(buffer.position(0).limit(frames * header.frameSize()), offset);
            offset += (long) frames * header.frameSize();
        }
        return chain.isAt(to.chain);
    }
}
