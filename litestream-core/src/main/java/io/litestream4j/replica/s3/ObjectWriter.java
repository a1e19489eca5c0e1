package io.litestream4j.replica.s3;

import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ObjectExistsException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Stores objects, and never overwrites one: the store is told to refuse that, and then the stored bytes are compared
 * with ours. So a request whose answer was lost can be repeated.
 */
final class ObjectWriter {

    /** Times that an object may come and go while it is written. */
    private static final int ATTEMPTS = 3;

    private final S3Objects objects;
    private final ConditionalWrites conditions;
    private final PartSizes sizes;
    private final ExecutorService threads;

    ObjectWriter(S3Objects objects, ConditionalWrites conditions, PartSizes sizes, ExecutorService threads) {
        this.objects = objects;
        this.conditions = conditions;
        this.sizes = sizes;
        this.threads = threads;
    }

    /**
     * Stores an object.
     *
     * @throws ObjectExistsException when it exists with other bytes
     */
    Stored write(String key, ObjectContent content) throws IOException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Stored stored = tryToWrite(key, content);
            if (stored != null) {
                return stored;
            }
        }
        throw new IOException(
                "can't store %s: somebody else writes or deletes it at the same time".formatted(objects.url(key)));
    }

    /** Null when it has to be tried again. */
    private @Nullable Stored tryToWrite(String key, ObjectContent content) throws IOException {
        PartOutput out = new PartOutput(sizes, () -> beginUpload(key));
        boolean done = false;
        try {
            content.writeTo(out);
            MultipartUpload upload = out.upload();
            Stored stored = upload == null ? put(key, out.rest()) : complete(key, upload, out);
            done = stored != null;
            return stored != null ? stored : compare(key, content);
        } catch (ExistsAlreadyException e) {
            return compare(key, content);
        } finally {
            MultipartUpload upload = out.upload();
            if (!done && upload != null) {
                upload.abort();
            }
        }
    }

    /** A large object that is there already isn't sent only to be refused. */
    private MultipartUpload beginUpload(String key) throws IOException {
        if (exists(key)) {
            throw new ExistsAlreadyException();
        }
        return MultipartUpload.begin(objects, key, threads);
    }

    private @Nullable Stored put(String key, PartBuffer content) throws IOException {
        AwsResponse response = unlessItExists(key, onlyIfAbsent -> {
            PutObjectRequest.Builder request = objects.putRequest(key, content);
            if (onlyIfAbsent) {
                request.ifNoneMatch("*");
            }
            PutObjectResponse answer =
                    objects.calls().sendRaw(client -> client.putObject(request.build(), content.body()));
            objects.requireETag(key, answer.eTag());
            return answer;
        });
        return response == null ? null : new Stored(content.size(), time(response));
    }

    private @Nullable Stored complete(String key, MultipartUpload upload, PartOutput out) throws IOException {
        List<CompletedPart> parts = upload.sendLast(out.rest());
        AwsResponse response = unlessItExists(key, onlyIfAbsent -> upload.complete(parts, onlyIfAbsent));
        return response == null ? null : new Stored(out.written(), time(response));
    }

    /** Null when the object exists, or may exist. */
    private @Nullable AwsResponse unlessItExists(String key, Conditional request) throws IOException {
        try {
            if (conditions.understood()) {
                try {
                    return request.send(true);
                } catch (AwsServiceException e) {
                    if (!conditions.isRefused(e)) {
                        throw e;
                    }
                }
            }
            return exists(key) ? null : request.send(false);
        } catch (AwsServiceException e) {
            // an upload that is unknown now may be one whose completion was answered, but not to us
            if (e.statusCode() == 412 || e.statusCode() == 409 || hasCode(e, "NoSuchUpload")) {
                return null;
            }
            throw objects.calls().explain(S3Operation.STORE, key, e);
        } catch (SdkException e) {
            throw objects.calls().explain(S3Operation.STORE, key, e);
        }
    }

    /** Null when there is nothing to compare with. */
    private @Nullable Stored compare(String key, ObjectContent content) throws IOException {
        try (ObjectInput stored = ObjectInput.open(objects, key)) {
            if (!StoredComparison.isSame(content, stored)) {
                throw new ObjectExistsException(objects.url(key));
            }
            Instant modified = stored.response().lastModified();
            return new Stored(stored.length(), modified == null ? Instant.now() : modified);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private boolean exists(String key) throws IOException {
        try {
            objects.calls().sendRaw(client -> client.headObject(objects.headRequest(key)));
            return true;
        } catch (AwsServiceException e) {
            if (e.statusCode() == 404) {
                return false;
            }
            throw objects.calls().explain(S3Operation.HEAD, key, e);
        } catch (SdkException e) {
            throw objects.calls().explain(S3Operation.HEAD, key, e);
        }
    }

    private static boolean hasCode(AwsServiceException problem, String code) {
        return problem.awsErrorDetails() != null
                && code.equals(problem.awsErrorDetails().errorCode());
    }

    /** The store's clock at its answer; ours, if it doesn't tell. */
    private static Instant time(AwsResponse response) {
        Instant told = timeOf(response);
        return told == null ? Instant.now() : told;
    }

    /** The store's clock at its answer; null if it doesn't tell. */
    static @Nullable Instant timeOf(AwsResponse response) {
        return response.sdkHttpResponse()
                .firstMatchingHeader("Date")
                .map(ObjectWriter::parse)
                .orElse(null);
    }

    private static @Nullable Instant parse(String date) {
        try {
            return DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /**
     * A stored object.
     *
     * @param size its bytes
     * @param createdAt by the store's clock
     */
    record Stored(long size, Instant createdAt) {}

    /** A request that stores, with or without the condition that nothing is overwritten. */
    @FunctionalInterface
    private interface Conditional {
        AwsResponse send(boolean onlyIfAbsent) throws IOException;
    }

    private static final class ExistsAlreadyException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
