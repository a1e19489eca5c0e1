package io.litestream4j.replica.s3;

import io.litestream4j.replica.RequestCounts;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.metrics.CoreMetric;
import software.amazon.awssdk.metrics.MetricCollection;
import software.amazon.awssdk.metrics.MetricPublisher;

/** Counts the attempts of each request, which the SDK reports when the call has ended. For several threads. */
final class RequestMeter {

    private final Map<S3Operation.Kind, LongAdder> attempts = counters();
    private final Map<S3Operation.Kind, LongAdder> failures = counters();
    private final LongAdder bytesSent = new LongAdder();
    private final LongAdder bytesReceived = new LongAdder();

    /**
     * Counts one call's attempts.
     *
     * @param bytes of the object that each attempt sends
     */
    MetricPublisher counting(S3Operation operation, long bytes) {
        return new MetricPublisher() {
            @Override
            public void publish(MetricCollection call) {
                long made = attempts(call);
                count(attempts, operation.kind()).add(made);
                count(failures, operation.kind()).add(failed(call, made));
                bytesSent.add(made * bytes);
            }

            @Override
            public void close() {
                // holds nothing
            }
        };
    }

    void received(long bytes) {
        bytesReceived.add(bytes);
    }

    RequestCounts counts() {
        // failures first: of what ends meanwhile no more must have failed than was tried
        RequestCounts.Failures failed = new RequestCounts.Failures(
                sum(failures, S3Operation.Kind.PUT),
                sum(failures, S3Operation.Kind.GET),
                sum(failures, S3Operation.Kind.LIST),
                sum(failures, S3Operation.Kind.DELETE));
        return new RequestCounts(
                sum(attempts, S3Operation.Kind.PUT),
                sum(attempts, S3Operation.Kind.GET),
                sum(attempts, S3Operation.Kind.LIST),
                sum(attempts, S3Operation.Kind.DELETE),
                bytesSent.sum(),
                bytesReceived.sum(),
                failed);
    }

    private static Map<S3Operation.Kind, LongAdder> counters() {
        Map<S3Operation.Kind, LongAdder> counters = new EnumMap<>(S3Operation.Kind.class);
        for (S3Operation.Kind kind : S3Operation.Kind.values()) {
            counters.put(kind, new LongAdder());
        }
        return counters;
    }

    private static LongAdder count(Map<S3Operation.Kind, LongAdder> counters, S3Operation.Kind kind) {
        LongAdder counter = counters.get(kind);
        if (counter == null) {
            throw new IllegalArgumentException(kind + " isn't counted");
        }
        return counter;
    }

    private static long sum(Map<S3Operation.Kind, LongAdder> counters, S3Operation.Kind kind) {
        return count(counters, kind).sum();
    }

    /** Each attempt that got as far as the network is a child of the call. */
    private static long attempts(MetricCollection call) {
        return call.children().stream()
                .filter(attempt ->
                        !attempt.metricValues(CoreMetric.SERVICE_CALL_DURATION).isEmpty())
                .count();
    }

    /** All but the last one of a call that went well in the end; all of another. */
    private static long failed(MetricCollection call, long made) {
        boolean succeeded = call.metricValues(CoreMetric.API_CALL_SUCCESSFUL).contains(true);
        return succeeded ? Math.max(0, made - 1) : made;
    }
}
