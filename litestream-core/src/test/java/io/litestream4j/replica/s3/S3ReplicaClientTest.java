package io.litestream4j.replica.s3;

import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaClientContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class S3ReplicaClientTest extends ReplicaClientContract {

    @TempDir
    Path folder;

    private S3Server server;
    private S3ReplicaClient client;

    @BeforeEach
    void open() throws IOException {
        server = S3Server.start(folder);
        client = S3ReplicaClient.builder(server.client(), S3Server.location("deep/replica"))
                .closesClient(true)
                .build();
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Override
    protected ReplicaClient client() {
        return client;
    }
}
