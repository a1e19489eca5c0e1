package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.utils.AttributeMap;

/** What a client sends, and where to. */
class S3ClientsTest {

    private static final String EMPTY = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

    private final List<SdkHttpRequest> sent = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "s3://bucket/app, , eu-west-1, , https://bucket.s3.eu-west-1.amazonaws.com, eu-west-1",
        "s3://my.dotted.bucket/app, , eu-west-1, , https://s3.eu-west-1.amazonaws.com/my.dotted.bucket, eu-west-1",
        "s3://bucket/app, http://minio:9000, , , http://minio:9000/bucket, us-east-1",
        "s3://bucket/app, http://minio:9000, eu-1, , http://minio:9000/bucket, eu-1",
        "s3://bucket/app, https://store.example, , false, https://bucket.store.example, us-east-1",
        "s3://bucket.localhost:9000/app, , , , http://localhost:9000/bucket, us-east-1",
        "s3://bucket.nyc3.digitaloceanspaces.com/app, , , false, https://nyc3.digitaloceanspaces.com/bucket, nyc3",
        "s3://bucket.localhost:9000/app, https://store.example, , , https://store.example/bucket, us-east-1",
        "s3://bucket/app, https://x.example/storage/v1/s3, , , https://x.example/storage/v1/s3/bucket, us-east-1",
    })
    void whereRequestsGo(
            String url, URI endpoint, String region, Boolean pathStyle, String address, String signedRegion)
            throws IOException {
        S3ClientSettings settings = S3ClientSettings.builder()
                .endpoint(endpoint)
                .region(region)
                .forcePathStyle(pathStyle)
                .accessKeyId("K")
                .secretAccessKey("S")
                .build();
        try (S3ReplicaClient client = client(url, settings)) {
            client.generations();
        }
        SdkHttpRequest request = sent.get(0);
        assertThat(request.getUri().toString()).startsWith(address + "?");
        assertThat(request.firstMatchingHeader("Authorization").orElseThrow())
                .contains("/" + signedRegion + "/s3/aws4_request");
    }

    @Test
    void aCustomStoreGetsAPlainBody() throws IOException {
        S3ClientSettings settings = S3ClientSettings.builder()
                .endpoint(URI.create("http://minio:9000"))
                .accessKeyId("K")
                .secretAccessKey("S")
                .build();
        try (S3ReplicaClient client = client("s3://bucket/app", settings)) {
            client.writeWalSegment(
                    new Position(Generation.parse("00000000000000aa"), 0, 0), out -> out.write(new byte[10]));
        }
        SdkHttpRequest put = sent.get(0);
        assertThat(put.firstMatchingHeader("Content-Length")).contains("10");
        assertThat(put.firstMatchingHeader("Content-MD5")).contains("pjyQzDaErYsKIXamqP6QBQ==");
        assertThat(put.firstMatchingHeader("If-None-Match")).contains("*");
        assertThat(put.firstMatchingHeader("x-amz-content-sha256").orElseThrow())
                .matches("[0-9a-f]{64}");
        assertThat(put.headers().keySet())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).contains("checksum"))
                .noneMatch(name -> name.equalsIgnoreCase("Content-Encoding"));
    }

    @Test
    void theBucketsRegionIsFoundOut() throws IOException {
        S3ClientSettings settings = S3ClientSettings.builder()
                .region("us-east-1")
                .accessKeyId("K")
                .secretAccessKey("S")
                .build();
        try (S3ReplicaClient client = client("s3://elsewhere/app", settings)) {
            assertThat(client.generations()).isEmpty();
            int requests = sent.size();
            client.generations();
            assertThat(sent).hasSize(requests + 1);
        }
        assertThat(sent.get(sent.size() - 1).host()).isEqualTo("elsewhere.s3.eu-central-1.amazonaws.com");
    }

    private S3ReplicaClient client(String url, S3ClientSettings settings) {
        S3Location location = S3Location.parse(url);
        return S3ReplicaClient.builder(S3Clients.create(location, settings, new Recording()), location)
                .closesClient(true)
                .build();
    }

    /** A store without a network: the bucket "elsewhere" is in another region than it is asked in. */
    private final class Recording implements SdkHttpClient.Builder<Recording>, SdkHttpClient {

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
            return this;
        }

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            return new ExecutableHttpRequest() {
                @Override
                public HttpExecuteResponse call() {
                    sent.add(request.httpRequest());
                    return answer(request.httpRequest());
                }

                @Override
                public void abort() {
                    // nothing is under way
                }
            };
        }

        private HttpExecuteResponse answer(SdkHttpRequest request) {
            boolean redirected =
                    request.host().startsWith("elsewhere.") && !request.host().contains("eu-central-1");
            SdkHttpFullResponse.Builder response = SdkHttpFullResponse.builder()
                    .statusCode(redirected ? 301 : 200)
                    .putHeader("ETag", "\"e\"");
            if (redirected) {
                response.putHeader("x-amz-bucket-region", "eu-central-1");
            }
            String body = redirected ? "<Error><Code>PermanentRedirect</Code></Error>" : EMPTY;
            return HttpExecuteResponse.builder()
                    .response(response.build())
                    .responseBody(AbortableInputStream.create(
                            new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))))
                    .build();
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
