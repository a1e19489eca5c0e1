package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.s3.S3ReplicaClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Clients for buckets on the AWS SDK: on the application's own S3Client where it will do, else on clients of our own. */
final class SdkReplicaClients implements ReplicaClientFactory.S3ReplicaClients {

    private final SharedS3Client shared;
    private final OwnS3Clients own;

    SdkReplicaClients(SharedS3Client shared, OwnS3Clients own) {
        this.shared = shared;
        this.own = own;
    }

    @Override
    public ReplicaClient create(ReplicaUrl url, S3Setup setup) {
        S3Client client = setup.canShareClient() ? shared.find(url) : null;
        return S3ReplicaClient.builder(client != null ? client : own.get(url, setup), setup.location())
                .objects(setup.objects())
                .build();
    }

    @Override
    public void close() {
        own.close();
    }
}
