package io.litestream4j.replica.s3;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * The requests about objects of one bucket.
 *
 * @param calls sends them
 * @param bucket the bucket's name
 * @param settings how objects are stored
 */
record S3Objects(S3Calls calls, String bucket, S3ObjectSettings settings) {

    private static final String CONTENT_TYPE = "application/octet-stream";

    /** An object's name for messages. */
    String url(String key) {
        return "s3://" + bucket + "/" + key;
    }

    GetObjectRequest.Builder getRequest(String key) {
        return GetObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .overrideConfiguration(calls.settings(S3Operation.READ));
    }

    HeadObjectRequest headRequest(String key) {
        return HeadObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .overrideConfiguration(calls.settings(S3Operation.HEAD))
                .build();
    }

    PutObjectRequest.Builder putRequest(String key, PartBuffer content) {
        return PutObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .contentType(CONTENT_TYPE)
                .contentLength((long) content.size())
                .contentMD5(content.md5())
                .storageClass(settings.storageClass())
                .serverSideEncryption(settings.sse())
                .ssekmsKeyId(settings.sseKmsKeyId())
                .overrideConfiguration(calls.settings(S3Operation.STORE, content.size()));
    }

    CreateMultipartUploadRequest createRequest(String key) {
        return CreateMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .contentType(CONTENT_TYPE)
                .storageClass(settings.storageClass())
                .serverSideEncryption(settings.sse())
                .ssekmsKeyId(settings.sseKmsKeyId())
                .overrideConfiguration(calls.settings(S3Operation.STORE))
                .build();
    }

    UploadPartRequest partRequest(String key, String uploadId, int number, PartBuffer content) {
        return UploadPartRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .partNumber(number)
                .contentLength((long) content.size())
                .contentMD5(content.md5())
                .overrideConfiguration(calls.settings(S3Operation.STORE, content.size()))
                .build();
    }

    CompleteMultipartUploadRequest.Builder completeRequest(String key, String uploadId) {
        return CompleteMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .overrideConfiguration(calls.patientSettings(S3Operation.STORE));
    }

    /** Every store names what it has stored; what answers without is something between here and the store. */
    void requireETag(String key, @Nullable String eTag) throws IOException {
        if (eTag == null || eTag.isEmpty()) {
            throw new IOException(
                    "can't store %s: the answer has no ETag: check endpoint, and what stands between here and the store"
                            .formatted(url(key)));
        }
    }

    /** Drops an upload and its parts; one that is unknown counts as dropped. */
    void abort(String key, String uploadId) throws IOException {
        AbortMultipartUploadRequest request = AbortMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .overrideConfiguration(calls.settings(S3Operation.ABORT))
                .build();
        try {
            calls.sendRaw(client -> client.abortMultipartUpload(request));
        } catch (NoSuchUploadException e) {
            return;
        } catch (SdkException e) {
            throw calls.explain(S3Operation.ABORT, key, e);
        }
    }
}
