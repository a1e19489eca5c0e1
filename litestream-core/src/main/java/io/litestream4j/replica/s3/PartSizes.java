package io.litestream4j.replica.s3;

/**
 * How an object of unknown length is cut into the at most 10,000 parts that S3 allows. The first 6,000 have 8 MiB each,
 * together 46.9 GiB, about what Litestream can store at all; some stores want parts of one size. The other 4,000 have
 * 64 MiB, together 250 GiB: 296.9 GiB of compressed database, in three buffers.
 */
record PartSizes(int usual, int usualParts, int large, int maxParts) {

    static final PartSizes DEFAULT = new PartSizes(8 << 20, 6_000, 64 << 20, 10_000);

    /** Bytes of a part that isn't the last one. Parts count from 1. */
    int of(int part) {
        return part <= usualParts ? usual : large;
    }

    /** Bytes of the largest object. */
    long total() {
        return (long) usual * usualParts + (long) large * (maxParts - usualParts);
    }
}
