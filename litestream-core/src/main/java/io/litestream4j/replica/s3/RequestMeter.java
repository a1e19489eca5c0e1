package io.litestream4j.replica.s3;

import io.litestream4j.replica.RequestCounts;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.metrics.CoreMetric;
import software.amazon.awssdk.metrics.MetricCollection;
import software.amazon.awssdk.metrics.MetricPublisher;

/** Counts the attempts of each request, which the SDK reports when the call has ended. For several threads. */
final class RequestMeter {

    private final LongAdder put = new LongAdder();
    private final LongAdder get = new LongAdder();
    private final LongAdder list = new LongAdder();
    private final LongAdder delete = new LongAdder();
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
                long attempts = attempts(call);
                counter(operation.kind()).add(attempts);
                bytesSent.add(attempts * bytes);
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
        return new RequestCounts(put.sum(), get.sum(), list.sum(), delete.sum(), bytesSent.sum(), bytesReceived.sum());
    }

    private LongAdder counter(S3Operation.Kind kind) {
        return switch (kind) {
            case PUT -> put;
            case GET -> get;
            case LIST -> list;
            case DELETE -> delete;
        };
    }

    /** Each attempt that got as far as the network is a child of the call. */
    private static long attempts(MetricCollection call) {
        return call.children().stream()
                .filter(attempt ->
                        !attempt.metricValues(CoreMetric.SERVICE_CALL_DURATION).isEmpty())
                .count();
    }
}
