package io.litestream4j.restore;

import java.io.IOException;

/** Sees a page. */
@FunctionalInterface
interface PageVisitor {

    /**
     * Sees one page.
     *
     * @param pageNumber unsigned, from 1
     * @param bytes holds the page from {@code offset}; not to be kept
     */
    void page(int pageNumber, byte[] bytes, int offset) throws IOException;
}
