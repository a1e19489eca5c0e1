package io.litestream4j.replica;

import java.io.IOException;

/** The bytes of a stored object are not one whole, undamaged LZ4 frame. Says where, what was expected, what was found. */
public class Lz4FrameException extends IOException {

    private static final long serialVersionUID = 1L;

    public Lz4FrameException(String message) {
        super(message);
    }

    public Lz4FrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
