package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.replica.RequestCounts;

/** What a request to a storage does, with the names that Litestream's metrics have for it. */
enum RequestKind {
    PUT,
    GET,
    LIST,
    DELETE;

    long count(RequestCounts counts) {
        return switch (this) {
            case PUT -> counts.put();
            case GET -> counts.get();
            case LIST -> counts.list();
            case DELETE -> counts.delete();
        };
    }

    long failures(RequestCounts counts) {
        return switch (this) {
            case PUT -> counts.failures().put();
            case GET -> counts.failures().get();
            case LIST -> counts.failures().list();
            case DELETE -> counts.failures().delete();
        };
    }

    long bytes(RequestCounts counts) {
        return switch (this) {
            case PUT -> counts.bytesSent();
            case GET -> counts.bytesReceived();
            case LIST, DELETE -> 0;
        };
    }

    boolean movesBytes() {
        return this == PUT || this == GET;
    }
}
