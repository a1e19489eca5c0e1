package io.litestream4j.replica.s3;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.utils.AttributeMap;

/** Makes S3 clients for replicas that can't use the application's own. */
public final class S3Clients {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Between two packets of an answer. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    /** For the restore's parallel reads and two uploads beside them. */
    private static final int MAX_CONNECTIONS = 64;

    private S3Clients() {}

    /**
     * A client for a location; whoever asked for it closes it. Sends no request.
     *
     * <p>With an endpoint it speaks so that every store understands: the bucket in the path, the body in one piece,
     * checksums only where the protocol demands them. Without one, and with a region that isn't the bucket's, it follows
     * the store to the right region.
     */
    public static S3Client create(S3Location location, S3ClientSettings settings) {
        return create(location, settings, DefaultCredentialsProvider.builder().build());
    }

    /**
     * The same with other credentials where the settings have none.
     *
     * @param credentials not closed with the client
     */
    public static S3Client create(S3Location location, S3ClientSettings settings, AwsCredentialsProvider credentials) {
        return create(location, settings, credentials, httpClient(settings.skipVerify()));
    }

    static S3Client create(S3Location location, S3ClientSettings settings, SdkHttpClient.Builder<?> http) {
        return create(location, settings, DefaultCredentialsProvider.builder().build(), http);
    }

    private static S3Client create(
            S3Location location,
            S3ClientSettings settings,
            AwsCredentialsProvider credentials,
            SdkHttpClient.Builder<?> http) {
        URI endpoint = settings.endpoint() != null ? settings.endpoint() : location.endpoint();
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(http)
                .overrideConfiguration(override -> override.retryStrategy(RetryMode.STANDARD))
                .credentialsProvider(credentials(settings, credentials))
                .region(region(location, settings, endpoint))
                .forcePathStyle(pathStyle(location, settings, endpoint));
        if (endpoint == null) {
            builder.crossRegionAccessEnabled(true);
        } else {
            builder.endpointOverride(endpoint)
                    .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
                    .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                    .addPlugin(LegacyMd5Plugin.create());
        }
        return builder.build();
    }

    private static boolean pathStyle(S3Location location, S3ClientSettings settings, @Nullable URI endpoint) {
        if (settings.forcePathStyle() != null) {
            return settings.forcePathStyle() || location.pathStyle();
        }
        return endpoint != null || location.pathStyle();
    }

    private static AwsCredentialsProvider credentials(S3ClientSettings settings, AwsCredentialsProvider otherwise) {
        if (settings.accessKeyId() == null || settings.secretAccessKey() == null) {
            return otherwise;
        }
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(settings.accessKeyId(), settings.secretAccessKey()));
    }

    private static Region region(S3Location location, S3ClientSettings settings, @Nullable URI endpoint) {
        String named = settings.region() != null ? settings.region() : location.region();
        if (named != null) {
            return Region.of(named);
        }
        return endpoint != null ? Region.US_EAST_1 : regionOfTheSurroundings();
    }

    /** Without asking the machine's metadata service, which may not answer: the store tells a bucket's region itself. */
    private static Region regionOfTheSurroundings() {
        try {
            return new AwsRegionProviderChain(new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
                    .getRegion();
        } catch (SdkException e) {
            return Region.US_EAST_1;
        }
    }

    private static SdkHttpClient.Builder<?> httpClient(boolean skipVerify) {
        Apache5HttpClient.Builder client = Apache5HttpClient.builder()
                .connectionTimeout(CONNECT_TIMEOUT)
                .socketTimeout(READ_TIMEOUT)
                .maxConnections(MAX_CONNECTIONS);
        return skipVerify ? new TrustingHttpClientBuilder(client) : client;
    }

    /** Accepts any certificate. */
    private record TrustingHttpClientBuilder(Apache5HttpClient.Builder client)
            implements SdkHttpClient.Builder<TrustingHttpClientBuilder> {

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
            AttributeMap trusting = AttributeMap.builder()
                    .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
                    .build();
            return client.buildWithDefaults(trusting.merge(serviceDefaults));
        }
    }
}
