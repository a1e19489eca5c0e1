package io.litestream4j.replica.s3;

import java.io.IOException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Turns the SDK's exceptions into one sentence for a person: what was to be done, what is wrong, what helps. */
final class S3Problems {

    private final String bucket;
    private final Clock clock;

    S3Problems(String bucket, Clock clock) {
        this.bucket = bucket;
        this.clock = clock;
    }

    IOException explain(S3Operation operation, @Nullable String key, SdkException problem) {
        String object = "s3://" + bucket + (key == null || key.isEmpty() ? "" : "/" + key);
        String wrong = problem instanceof AwsServiceException service
                ? ServiceProblem.of(service, clock).sentence(operation, bucket)
                : LocalProblem.sentence(problem);
        String message = "can't %s %s: %s".formatted(operation.verb(), object, wrong);
        // a store may repeat the whole request in its answer: only what happened here is kept as a cause
        return problem instanceof AwsServiceException ? new IOException(message) : new IOException(message, problem);
    }
}
