package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;

/** From a replica's URL to a client for its kind of storage. */
final class ReplicaClientFactory {

    ReplicaClient create(ReplicaSetup replica) {
        ReplicaUrl url = replica.url();
        if (url.type().equals("file")) {
            return new FileReplicaClient(url.folder());
        }
        throw new LitestreamStartException(
                "%s is \"%s\", but this version can't replicate to S3 yet: nothing would be replicated."
                        .formatted(url.key(), url.location()),
                "Set %s to a folder or file:///folder, or remove it and keep your present replication."
                        .formatted(url.key()));
    }
}
