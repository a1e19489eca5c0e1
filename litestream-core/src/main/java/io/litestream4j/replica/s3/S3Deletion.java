package io.litestream4j.replica.s3;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/** Deletes objects, many with one request where the store can. */
final class S3Deletion {

    private static final Logger LOG = LoggerFactory.getLogger(S3Deletion.class);

    /** As many as S3 takes at once. */
    private static final int BATCH = 1000;

    private static final int ERRORS_NAMED = 3;

    private final S3Calls calls;
    private final String bucket;
    private volatile boolean batches = true;

    S3Deletion(S3Calls calls, String bucket) {
        this.calls = calls;
        this.bucket = bucket;
    }

    /** Deletes objects in the order given. What doesn't exist counts as deleted. */
    void delete(List<String> keys) throws IOException {
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
            if (batch.size() == 1 || !batches || !deleteBatch(batch)) {
                deleteOneByOne(batch);
            }
        }
    }

    /** False when the store can't delete several objects at once. */
    private boolean deleteBatch(List<String> keys) throws IOException {
        DeleteObjectsRequest request = DeleteObjectsRequest.builder()
                .bucket(bucket)
                .delete(delete -> delete.quiet(true)
                        .objects(keys.stream()
                                .map(key -> ObjectIdentifier.builder().key(key).build())
                                .toList()))
                .overrideConfiguration(calls.settings(S3Operation.DELETE))
                .build();
        try {
            requireNoErrors(
                    keys, calls.sendRaw(client -> client.deleteObjects(request)).errors());
            return true;
        } catch (AwsServiceException e) {
            if (!isUnknownToTheStore(e)) {
                throw calls.explain(S3Operation.DELETE, keys.get(0), e);
            }
            batches = false;
            LOG.info("the store of s3://{} can't delete several objects at once: they are deleted one by one", bucket);
            return false;
        } catch (SdkException e) {
            throw calls.explain(S3Operation.DELETE, keys.get(0), e);
        }
    }

    private void deleteOneByOne(List<String> keys) throws IOException {
        for (String key : keys) {
            DeleteObjectRequest request = DeleteObjectRequest.builder()
                    .bucket(bucket)
                    .key(key)
                    .overrideConfiguration(calls.settings(S3Operation.DELETE))
                    .build();
            try {
                calls.sendRaw(client -> client.deleteObject(request));
            } catch (AwsServiceException e) {
                if (!"NoSuchKey".equals(codeOf(e))) {
                    throw calls.explain(S3Operation.DELETE, key, e);
                }
            } catch (SdkException e) {
                throw calls.explain(S3Operation.DELETE, key, e);
            }
        }
    }

    private void requireNoErrors(List<String> keys, List<S3Error> answers) throws IOException {
        List<S3Error> errors = answers.stream()
                .filter(error -> !"NoSuchKey".equals(error.code()))
                .toList();
        if (errors.isEmpty()) {
            return;
        }
        String named = errors.stream()
                .limit(ERRORS_NAMED)
                .map(error -> ServiceProblem.nameOf(error.code()) + " for " + keyOf(keys, error))
                .collect(Collectors.joining(", "));
        boolean denied = errors.stream().anyMatch(error -> "AccessDenied".equals(error.code()));
        throw new IOException("can't delete %d of %d objects in s3://%s: %s%s%s"
                .formatted(
                        errors.size(),
                        keys.size(),
                        bucket,
                        named,
                        errors.size() > ERRORS_NAMED ? ", ..." : "",
                        denied ? ": allow s3:DeleteObject on the bucket, or set retention to 0" : ""));
    }

    /** Only keys that were asked for are repeated. */
    private static String keyOf(List<String> keys, S3Error error) {
        return error.key() != null && keys.contains(error.key()) ? error.key() : "an unknown key";
    }

    private static boolean isUnknownToTheStore(AwsServiceException problem) {
        String code = codeOf(problem);
        return problem.statusCode() == 501
                || problem.statusCode() == 405
                || code.equals("NotImplemented")
                || (problem.statusCode() == 400
                        && (code.equals("InvalidRequest")
                                || code.equals("InvalidDigest")
                                || code.equals("MissingContentMD5")));
    }

    private static String codeOf(AwsServiceException problem) {
        return problem.awsErrorDetails() == null
                ? ""
                : String.valueOf(problem.awsErrorDetails().errorCode());
    }
}
