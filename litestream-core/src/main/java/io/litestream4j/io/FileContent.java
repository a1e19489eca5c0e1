package io.litestream4j.io;

import java.io.IOException;
import java.io.OutputStream;

/** Writes the bytes of a file. */
@FunctionalInterface
public interface FileContent {

    /** Writes all bytes to the stream, which the caller of this method owns; closing it does no harm. */
    void writeTo(OutputStream out) throws IOException;
}
