package io.litestream4j.replica;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The compression of every object in a replica: one LZ4 frame with independent 4 MiB blocks and a content checksum,
 * exactly as Litestream 0.3.x writes it. Any legal frame with any of those options is read.
 *
 * <p>Format: the LZ4 frame format description, version 1.6.
 */
public final class Lz4Frames {

    /** Bytes of the frame of nothing: header, end mark, content checksum. Nothing else is that short. */
    public static final int EMPTY_FRAME_SIZE = 15;

    private Lz4Frames() {}

    /** A stream that compresses into one frame. Closing it ends the frame and closes the stream below. */
    public static OutputStream compress(OutputStream out) throws IOException {
        return new Lz4FrameOutput(out);
    }

    /**
     * A stream of what one frame holds. Reads exactly one frame, of any block size, with or without checksums, proves
     * every checksum that it has, and demands that the object ends with it. The last read, which returns -1, is part of
     * the proof: don't stop before it. Memory: at most two blocks of 4 MiB, less for smaller objects. Reading throws
     * {@link Lz4FrameException} when the frame is damaged, cut, or followed by other bytes; other exceptions are those of the
     * stream below. Closing it closes the stream below. Frames with linked blocks or a dictionary are refused: no
     * Litestream writes them.
     */
    public static InputStream decompress(InputStream in) {
        return new Lz4FrameInput(in);
    }

    /**
     * A stream of one frame around the first bytes of a content, which is not compressed. The frame has
     * {@link #storedSize} bytes; fewer when the content does. Closing it closes the content.
     */
    public static InputStream store(InputStream content, long length) {
        return new Lz4StoredInput(content, length);
    }

    /** Bytes of the frame that {@link #store} makes of so many. */
    public static long storedSize(long length) {
        return Lz4StoredInput.size(length);
    }

    /** The frame of nothing, which marks the end of a WAL index. */
    public static byte[] emptyFrame() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(EMPTY_FRAME_SIZE);
        try (OutputStream out = compress(bytes)) {
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException("an array can be written", e);
        }
        return bytes.toByteArray();
    }
}
