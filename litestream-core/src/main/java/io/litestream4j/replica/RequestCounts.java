package io.litestream4j.replica;

/**
 * Requests that a client has sent to its storage, and what they moved: what a replica costs. Every attempt counts, also
 * one that failed, as the storage counts it. Immutable.
 *
 * @param put requests that store, each part of a large object by itself
 * @param get requests that read an object or ask for its attributes
 * @param list requests for a page of a listing
 * @param delete requests that delete, each batch once
 * @param bytesSent bytes of objects in {@code put} requests
 * @param bytesReceived bytes of objects in {@code get} requests
 * @param failures how many of the requests failed
 */
public record RequestCounts(
        long put, long get, long list, long delete, long bytesSent, long bytesReceived, Failures failures) {

    /** No request yet. */
    public static final RequestCounts NONE = new RequestCounts(0, 0, 0, 0, 0, 0);

    /** Where no request has failed, or failures aren't counted. */
    public RequestCounts(long put, long get, long list, long delete, long bytesSent, long bytesReceived) {
        this(put, get, list, delete, bytesSent, bytesReceived, Failures.NONE);
    }

    /**
     * Requests that failed: not answered, answered with an error, or refused, also where the caller expects that, as for
     * an object that doesn't exist.
     *
     * @param put of those that store
     * @param get of those that read
     * @param list of those that list
     * @param delete of those that delete
     */
    public record Failures(long put, long get, long list, long delete) {

        /** None has failed. */
        public static final Failures NONE = new Failures(0, 0, 0, 0);

        /** All of them, of whatever kind. */
        public long total() {
            return put + get + list + delete;
        }

        private Failures since(Failures earlier) {
            return new Failures(put - earlier.put, get - earlier.get, list - earlier.list, delete - earlier.delete);
        }
    }

    /** All requests, of whatever kind. */
    public long total() {
        return put + get + list + delete;
    }

    /** What was sent after an earlier count of the same client. */
    public RequestCounts since(RequestCounts earlier) {
        return new RequestCounts(
                put - earlier.put,
                get - earlier.get,
                list - earlier.list,
                delete - earlier.delete,
                bytesSent - earlier.bytesSent,
                bytesReceived - earlier.bytesReceived,
                failures.since(earlier.failures));
    }
}
