package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import org.jspecify.annotations.Nullable;

/** From a replica's setup to a client for its kind of storage. */
final class ReplicaClientFactory implements AutoCloseable {

    private final @Nullable S3ReplicaClients s3;

    /** @param s3 makes the clients for buckets; null without the AWS SDK */
    ReplicaClientFactory(@Nullable S3ReplicaClients s3) {
        this.s3 = s3;
    }

    /** Makes the clients for buckets; an interface so that an application without the AWS SDK can load everything else. */
    interface S3ReplicaClients extends AutoCloseable {

        ReplicaClient create(ReplicaUrl url, S3Setup setup);

        /** Closes what they share; after the clients. */
        @Override
        void close();
    }

    ReplicaClient create(ReplicaSetup replica) {
        ReplicaUrl url = replica.url();
        if (replica.s3() == null) {
            return new FileReplicaClient(url.folder());
        }
        if (s3 == null) {
            throw new LitestreamStartException(
                    "%s is \"%s\", and the AWS SDK, which talks to S3, is not on the class path."
                            .formatted(url.key(), url.location()),
                    "Add the dependency io.awspring.cloud:spring-cloud-aws-starter-s3, or software.amazon.awssdk:s3 with"
                            + " software.amazon.awssdk:apache5-client.");
        }
        return s3.create(url, replica.s3());
    }

    @Override
    public void close() {
        if (s3 != null) {
            s3.close();
        }
    }
}
