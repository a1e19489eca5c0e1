package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.s3.S3ClientSettings;
import io.litestream4j.replica.s3.S3Clients;
import io.litestream4j.replica.s3.S3Location;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** S3 clients for replicas that can't use the application's. Replicas with equal settings share one. */
final class OwnS3Clients implements AutoCloseable {

    private final @Nullable String defaultRegion;
    private final SharedCredentials credentials;
    private final Map<Settings, S3Client> clients = new HashMap<>();

    /**
     * @param defaultRegion the region of a replica on Amazon's own S3 that names none; null: where the SDK looks
     * @param credentials for replicas without keys
     */
    OwnS3Clients(@Nullable String defaultRegion, SharedCredentials credentials) {
        this.defaultRegion = defaultRegion;
        this.credentials = credentials;
    }

    /** What makes two clients different. */
    private record Settings(
            S3ClientSettings client,
            @Nullable URI endpoint,
            @Nullable String region,
            boolean pathStyle) {

        static Settings of(S3Setup setup) {
            S3Location location = setup.location();
            return new Settings(setup.client(), location.endpoint(), location.region(), location.pathStyle());
        }
    }

    synchronized S3Client get(ReplicaUrl url, S3Setup setup) {
        try {
            return clients.computeIfAbsent(Settings.of(setup), settings -> create(setup));
        } catch (NoClassDefFoundError e) {
            throw new LitestreamStartException(
                    "%s is \"%s\", and a part of the AWS SDK is missing: %s."
                            .formatted(url.key(), url.location(), e.getMessage()),
                    "Add the dependencies software.amazon.awssdk:s3 and software.amazon.awssdk:apache5-client.",
                    e);
        } catch (SdkException | IllegalArgumentException e) {
            throw new LitestreamStartException(
                    "%s is \"%s\", and a client for it can't be made: %s"
                            .formatted(url.key(), url.location(), e.getMessage()),
                    "Check the replica's endpoint and region.",
                    e);
        }
    }

    private S3Client create(S3Setup setup) {
        return S3Clients.create(setup.location(), withRegion(setup), credentials.provider());
    }

    private S3ClientSettings withRegion(S3Setup setup) {
        S3ClientSettings client = setup.client();
        if (client.region() != null || setup.location().region() != null || setup.endpoint() != null) {
            return client;
        }
        return new S3ClientSettings(
                null,
                defaultRegion,
                client.accessKeyId(),
                client.secretAccessKey(),
                client.forcePathStyle(),
                client.skipVerify());
    }

    @Override
    public synchronized void close() {
        clients.values().forEach(S3Client::close);
        clients.clear();
    }
}
