package io.litestream4j.spring.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;

/** Connection details as the most specific level of a replica's keys. */
final class ConnectionDetailsKeys extends ReplicaKeys {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionDetailsKeys.class);
    private static final String PREFIX = "the connection details' ";

    private ConnectionDetailsKeys(LitestreamReplicaConnectionDetails details) {
        setEndpoint(details.getEndpoint());
        setRegion(details.getRegion());
        setAccessKeyId(details.getAccessKeyId());
        setSecretAccessKey(details.getSecretAccessKey());
    }

    /** The application's, or else the only ones; null, and a warning, where it isn't clear which are meant. */
    static @Nullable LitestreamReplicaConnectionDetails unique(
            ObjectProvider<LitestreamReplicaConnectionDetails> provider) {
        LitestreamReplicaConnectionDetails unique = provider.getIfUnique();
        if (unique == null && provider.stream().findAny().isPresent()) {
            LOG.warn(
                    "Litestream: there are connection details of several stores for the replica of the database main, and none is"
                            + " used. Make one of them @Primary, or label the containers of the others with"
                            + " org.springframework.boot.ignore=true");
        }
        return unique;
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
