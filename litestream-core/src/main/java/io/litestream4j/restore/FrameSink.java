package io.litestream4j.restore;

import java.io.IOException;

/** Takes proved frames of a WAL, in order, each once. Throws only when the local disk does: a frame isn't damaged any more. */
interface FrameSink {

    /** A page of the transaction that is under way; not to be kept. */
    void page(int pageNumber, byte[] bytes, int offset) throws IOException;

    /** The transaction ends; the database has that many pages after it. */
    void commit(long pages) throws IOException;
}
