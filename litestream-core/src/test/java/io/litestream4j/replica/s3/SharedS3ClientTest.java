package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Position;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaClientContract;
import io.litestream4j.replica.RequestCounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.metrics.MetricCollection;
import software.amazon.awssdk.metrics.MetricPublisher;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A replica on the application's own client, which has the SDK's defaults: chunked bodies, checksums at their end. */
class SharedS3ClientTest extends ReplicaClientContract {

    @TempDir
    Path folder;

    private final AtomicInteger callsOfTheApplicationsMetrics = new AtomicInteger();
    private S3Server server;
    private FaultProxy proxy;
    private S3Client s3;
    private S3ReplicaClient client;

    @BeforeEach
    void open() throws IOException {
        server = S3Server.start(folder);
        proxy = FaultProxy.before(server.port());
        s3 = S3Client.builder()
                .endpointOverride(proxy.endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Server.ACCESS_KEY_ID, S3Server.SECRET_ACCESS_KEY)))
                .overrideConfiguration(override -> override.addMetricPublisher(new Counting()))
                .build();
        client = S3ReplicaClient.builder(s3, S3Server.location("shared")).build();
    }

    /** The test's store looks at If-Match first, and stores later. */
    @Override
    protected ReplicaClient racingClient() {
        proxy.always(Fault.oneAtATime());
        return client;
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.heal();
        assertThat(s3.listBuckets().buckets()).isNotEmpty(); // it is still open
        s3.close();
        proxy.close();
        server.close();
    }

    @Override
    protected ReplicaClient client() {
        return client;
    }

    @Test
    void attemptsAreCountedAndTheApplicationsMetricsGoOn() throws IOException {
        proxy.on(request -> true, 2, Fault.answer(503, "SlowDown"));
        client.writeWalSegment(new Position(A, 0, 0), bytes(100));
        assertThat(client.requests())
                .isEqualTo(new RequestCounts(3, 0, 0, 0, 300, 0, new RequestCounts.Failures(2, 0, 0, 0)));
        assertThat(proxy.requests()).hasSize(3);
        assertThat(callsOfTheApplicationsMetrics).hasValue(1);
    }

    @Test
    void aLargeObjectInParts() throws IOException {
        client.writeSnapshot(A, 0, bytes(20_000_000));
        assertThat(read(client.openSnapshot(A, 0))).isEqualTo(array(20_000_000));
        assertThat(client.writeSnapshot(A, 0, bytes(20_000_000)).size()).isEqualTo(20_000_000);
    }

    private final class Counting implements MetricPublisher {

        @Override
        public void publish(MetricCollection call) {
            callsOfTheApplicationsMetrics.incrementAndGet();
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
