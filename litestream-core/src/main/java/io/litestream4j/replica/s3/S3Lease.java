package io.litestream4j.replica.s3;

import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.StorageClass;

/**
 * The lease of a replica in a bucket: one object that is replaced under the condition that it is still the one that was
 * read. A version is its ETag. Whether the store looks at conditions is tried once, on the lease itself.
 */
final class S3Lease {

    /** Stores count seconds, both in the age of an object and in the time of an answer. */
    private static final Duration GRANULARITY = Duration.ofSeconds(2);

    private static final String NO_SUCH_VERSION = "\"00000000000000000000000000000000\"";

    private static final Logger LOG = LoggerFactory.getLogger(S3Lease.class);

    private final S3Objects objects;
    private final String key;
    private final ConditionalWrites conditions;
    private final ConditionalWrites replacing;
    private volatile boolean tried;

    S3Lease(S3Objects objects, String key, ConditionalWrites conditions) {
        this.objects = objects;
        this.key = key;
        this.conditions = conditions;
        this.replacing = new ConditionalWrites(objects.url(key));
    }

    @Nullable
    StoredLease read() throws IOException {
        try (ObjectInput stored = ObjectInput.open(objects, key)) {
            GetObjectResponse response = stored.response();
            String content = new String(stored.readNBytes(StoredLease.MAX_SIZE + 1), StandardCharsets.ISO_8859_1);
            objects.requireETag(key, response.eTag());
            return new StoredLease(content, response.eTag(), age(response));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Null when another version is there. */
    @Nullable
    String store(String content, @Nullable String version) throws IOException {
        if (conditions.understood() && replacing.understood()) {
            try {
                String stored = putIf(content, version);
                return stored == null || tried ? stored : tryConditions(content, stored);
            } catch (AwsServiceException e) {
                if (!(version == null ? conditions : replacing).isRefused(e)) {
                    throw objects.calls().explain(S3Operation.STORE, key, e);
                }
            }
        }
        return storeByLooking(content, version);
    }

    /**
     * What was stored a moment ago must not be overwritten by one who knows another version, or none. Stored it is,
     * whatever the answer; where there is none it is tried again with the next renewal.
     */
    private String tryConditions(String content, String version) {
        try {
            String overwritten = putIf(content, null);
            if (overwritten != null) {
                conditions.areIgnored("If-None-Match");
            }
            String latest = overwritten == null ? version : overwritten;
            overwritten = putIf(content, NO_SUCH_VERSION);
            if (overwritten != null) {
                replacing.areIgnored("If-Match");
            }
            tried = true;
            return overwritten == null ? latest : overwritten;
        } catch (AwsServiceException | IOException e) {
            LOG.debug("{}: whether conditions are looked at isn't known yet: {}", objects.url(key), e.toString());
            return version;
        }
    }

    /** Two who look at the same time both go on here; the one that is overwritten finds out when it renews. */
    private @Nullable String storeByLooking(String content, @Nullable String version) throws IOException {
        StoredLease present = read();
        if (!Objects.equals(version, present == null ? null : present.version())) {
            return null;
        }
        try {
            String stored = put(content, request -> {});
            StoredLease found = read();
            return found != null && found.content().equals(content) ? stored : null;
        } catch (AwsServiceException e) {
            throw objects.calls().explain(S3Operation.STORE, key, e);
        }
    }

    /**
     * Null when the condition doesn't hold.
     *
     * @throws AwsServiceException any other answer
     */
    private @Nullable String putIf(String content, @Nullable String version) throws IOException {
        try {
            return put(content, request -> {
                if (version == null) {
                    request.ifNoneMatch("*");
                } else {
                    request.ifMatch(version);
                }
            });
        } catch (AwsServiceException e) {
            // 409: another request for the object was faster; 404: there is nothing that could match
            boolean other = e.statusCode() == 412 || e.statusCode() == 409 || (version != null && isMissing(e));
            if (other) {
                return null;
            }
            throw e;
        }
    }

    private static boolean isMissing(AwsServiceException answer) {
        return answer.statusCode() == 404
                && answer.awsErrorDetails() != null
                && "NoSuchKey".equals(answer.awsErrorDetails().errorCode());
    }

    private interface Condition {
        void addTo(PutObjectRequest.Builder request);
    }

    private String put(String content, Condition condition) throws IOException {
        PartBuffer buffer = new PartBuffer();
        byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
        int ignored = buffer.fill(bytes, 0, bytes.length, bytes.length);
        // the bucket's own class: colder ones can't be read at once, or are billed for a month each time
        PutObjectRequest.Builder request = objects.putRequest(key, buffer).storageClass((StorageClass) null);
        condition.addTo(request);
        try {
            PutObjectResponse answer =
                    objects.calls().sendRaw(client -> client.putObject(request.build(), buffer.body()));
            objects.requireETag(key, answer.eTag());
            return answer.eTag();
        } catch (AwsServiceException e) {
            throw e;
        } catch (SdkException e) {
            throw objects.calls().explain(S3Operation.STORE, key, e);
        }
    }

    private static Duration age(GetObjectResponse response) {
        Instant modified = response.lastModified();
        Instant now = ObjectWriter.timeOf(response);
        return modified == null || now == null
                ? Duration.ZERO
                : Duration.between(modified, now).minus(GRANULARITY);
    }
}
