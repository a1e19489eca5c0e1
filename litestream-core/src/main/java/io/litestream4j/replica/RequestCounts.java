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
 */
public record RequestCounts(long put, long get, long list, long delete, long bytesSent, long bytesReceived) {

    /** No request yet. */
    public static final RequestCounts NONE = new RequestCounts(0, 0, 0, 0, 0, 0);

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
                bytesReceived - earlier.bytesReceived);
    }
}
