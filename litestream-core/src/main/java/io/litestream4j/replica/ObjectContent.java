package io.litestream4j.replica;

import java.io.IOException;
import java.io.OutputStream;

/** The bytes of an object that is being stored. Repeatable: each call writes the same bytes. */
@FunctionalInterface
public interface ObjectContent {

    /** Writes all bytes to the stream, which the caller of this method owns and closes. */
    void writeTo(OutputStream out) throws IOException;
}
