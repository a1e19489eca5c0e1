package io.litestream4j.replica;

import java.io.IOException;
import java.io.InputStream;

/** A stream of a stored object that can be read on from where it broke off, without its beginning. */
public interface Reopenable {

    /**
     * Opens the same object again, and the same version of it: one that was replaced meanwhile is an exception. The
     * stream that broke off must be closed before.
     *
     * @param offset of the first byte to be read, counted in the whole object
     */
    InputStream reopenAt(long offset) throws IOException;
}
