package io.litestream4j.spring.boot.autoconfigure;

import org.jspecify.annotations.Nullable;

/** Connection details as the most specific level of a replica's keys. */
final class ConnectionDetailsKeys extends ReplicaKeys {

    private static final String PREFIX = "the connection details' ";

    private ConnectionDetailsKeys(LitestreamReplicaConnectionDetails details) {
        setEndpoint(details.getEndpoint());
        setRegion(details.getRegion());
        setAccessKeyId(details.getAccessKeyId());
        setSecretAccessKey(details.getSecretAccessKey());
    }

    static Level<ReplicaKeys> level(LitestreamReplicaConnectionDetails details) {
        return new Level<>(PREFIX, new ConnectionDetailsKeys(details));
    }

    /** The replica that the details name; null if they don't. */
    static @Nullable ReplicaUrl url(LitestreamReplicaConnectionDetails details) {
        String url = Texts.trimmed(details.getReplicaUrl());
        return url == null ? null : ReplicaUrl.parse(PREFIX + "replica-url", url);
    }
}
