package io.litestream4j.io;

import java.io.IOException;

/** Bytes on the local disk are not those that were written there. Repeating the operation doesn't help. */
public class ContentDamagedException extends IOException {

    private static final long serialVersionUID = 1L;

    public ContentDamagedException(String message) {
        super(message);
    }
}
