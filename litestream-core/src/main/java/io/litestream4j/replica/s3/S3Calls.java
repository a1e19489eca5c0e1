package io.litestream4j.replica.s3;

import io.litestream4j.replica.RequestCounts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.metrics.MetricPublisher;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Sends requests through a client that may not be ours: each is counted and has a time limit of its own, and what goes
 * wrong is explained. For several threads.
 */
final class S3Calls {

    /** For one attempt, beside the time that its bytes take. */
    static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(30);

    /** A slower line than this is as good as none. */
    private static final long LEAST_BYTES_PER_SECOND = 64 << 10;

    private final S3Client client;
    private final List<MetricPublisher> publishers;
    private final RequestMeter meter = new RequestMeter();
    private final S3Problems problems;
    private final Duration attemptTimeout;

    S3Calls(S3Client client, String bucket, Duration attemptTimeout) {
        this.client = client;
        this.publishers = publishersOf(client);
        this.problems = new S3Problems(bucket, Clock.systemUTC());
        this.attemptTimeout = attemptTimeout;
    }

    RequestCounts counts() {
        return meter.counts();
    }

    /**
     * Sends a request.
     *
     * @param key the object it is about, for messages
     * @throws IOException one sentence for a person
     */
    <T> T send(S3Operation operation, @Nullable String key, Function<S3Client, T> request) throws IOException {
        try {
            return sendRaw(request);
        } catch (SdkException e) {
            throw explain(operation, key, e);
        }
    }

    /** Sends a request whose failure the caller looks at. */
    <T> T sendRaw(Function<S3Client, T> request) throws IOException {
        try {
            return request.apply(client);
        } catch (AbortedException e) {
            throw interrupted(e);
        } catch (IllegalStateException | RejectedExecutionException e) {
            throw new IOException("the S3 client is closed", e); // so its connections and its timers say it
        }
    }

    IOException explain(S3Operation operation, @Nullable String key, SdkException problem) {
        return problems.explain(operation, key, problem);
    }

    /** The part of a request that makes it counted and limited. */
    AwsRequestOverrideConfiguration settings(S3Operation operation, long bytes) {
        return settings(operation, bytes, attemptTimeout.plusSeconds(bytes / LEAST_BYTES_PER_SECOND));
    }

    /** The same for a request at which the store works for minutes. */
    AwsRequestOverrideConfiguration patientSettings(S3Operation operation) {
        return settings(operation, 0, attemptTimeout.multipliedBy(10));
    }

    private AwsRequestOverrideConfiguration settings(S3Operation operation, long bytes, Duration timeout) {
        List<MetricPublisher> all = new ArrayList<>(publishers);
        all.add(meter.counting(operation, bytes));
        return AwsRequestOverrideConfiguration.builder()
                .metricPublishers(all)
                .apiCallAttemptTimeout(timeout)
                .build();
    }

    AwsRequestOverrideConfiguration settings(S3Operation operation) {
        return settings(operation, 0);
    }

    void received(long bytes) {
        meter.received(bytes);
    }

    private static InterruptedIOException interrupted(AbortedException problem) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting for the S3 store");
        interrupted.initCause(problem);
        return interrupted;
    }

    /** A request's own publishers replace the client's, so its have to be named again. */
    private static List<MetricPublisher> publishersOf(S3Client client) {
        return client.serviceClientConfiguration().overrideConfiguration().metricPublishers();
    }
}
