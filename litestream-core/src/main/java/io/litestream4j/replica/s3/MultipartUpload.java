package io.litestream4j.replica.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * One object on its way in parts, a few at once, in a fixed number of buffers. It becomes visible when it is completed;
 * until then it has to be aborted. Used by one thread, but for the parts' own.
 */
final class MultipartUpload {

    private static final Logger LOG = LoggerFactory.getLogger(MultipartUpload.class);

    /** For parts on their way: an interrupt doesn't wake a thread that waits for a silent store. */
    private static final long PATIENCE_SECONDS = 5;

    private final S3Objects objects;
    private final String key;
    private final String uploadId;
    private final ExecutorService threads;
    private final PartBuffers buffers = new PartBuffers();
    private final List<Future<CompletedPart>> parts = new ArrayList<>();

    /** One permit for each part on its way; none is left when the upload has ended. */
    private final Semaphore mayRun = new Semaphore(PartBuffers.COUNT);

    private volatile @Nullable IOException failure;

    private MultipartUpload(S3Objects objects, String key, String uploadId, ExecutorService threads) {
        this.objects = objects;
        this.key = key;
        this.uploadId = uploadId;
        this.threads = threads;
    }

    static MultipartUpload begin(S3Objects objects, String key, ExecutorService threads) throws IOException {
        String uploadId = objects.calls()
                .send(S3Operation.STORE, key, client -> client.createMultipartUpload(objects.createRequest(key)))
                .uploadId();
        if (uploadId == null || uploadId.isEmpty()) {
            throw new IOException("can't store %s: the store gave its upload no name".formatted(objects.url(key)));
        }
        return new MultipartUpload(objects, key, uploadId, threads);
    }

    /** Number of the part that is sent next. */
    int nextPart() {
        return parts.size() + 1;
    }

    /** Sends a part behind the others, in the background, and returns an empty buffer for the next. */
    PartBuffer send(PartBuffer full) throws IOException {
        submit(full);
        PartBuffer next = takeBuffer();
        IOException failed = failure;
        if (failed != null) {
            throw failed;
        }
        return next;
    }

    /** Sends the last part and waits for all of them. */
    List<CompletedPart> sendLast(PartBuffer last) throws IOException {
        submit(last);
        List<CompletedPart> completed = new ArrayList<>();
        for (Future<CompletedPart> part : parts) {
            completed.add(get(part));
        }
        return completed;
    }

    /**
     * Makes the object visible.
     *
     * @param onlyIfAbsent whether the store is told to refuse it if one of that name exists
     * @throws SdkException the store's answer
     */
    CompleteMultipartUploadResponse complete(List<CompletedPart> completed, boolean onlyIfAbsent) throws IOException {
        var request = objects.completeRequest(key, uploadId).multipartUpload(all -> all.parts(completed));
        if (onlyIfAbsent) {
            request.ifNoneMatch("*");
        }
        CompleteMultipartUploadResponse response =
                objects.calls().sendRaw(client -> client.completeMultipartUpload(request.build()));
        objects.requireETag(key, response.eTag());
        return response;
    }

    /** Drops what was sent. Never throws: the failure that led here is what matters. */
    void abort() {
        boolean interrupted = Thread.interrupted(); // the SDK sends nothing for an interrupted thread
        try {
            endParts();
            objects.abort(key, uploadId);
        } catch (IOException e) {
            LOG.warn("{}; its parts cost storage until a lifecycle rule of the bucket removes them", e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void submit(PartBuffer content) throws IOException {
        int number = nextPart();
        requireOpen();
        try {
            parts.add(threads.submit(() -> sendPart(number, content)));
        } catch (RejectedExecutionException e) {
            requireOpen();
            throw e;
        }
    }

    private CompletedPart sendPart(int number, PartBuffer content) throws IOException {
        if (!mayRun.tryAcquire()) {
            throw new CancellationException("the upload has ended");
        }
        try {
            UploadPartResponse response = objects.calls()
                    .send(
                            S3Operation.STORE,
                            key,
                            client -> client.uploadPart(
                                    objects.partRequest(key, uploadId, number, content), content.body()));
            objects.requireETag(key, response.eTag());
            return CompletedPart.builder()
                    .partNumber(number)
                    .eTag(response.eTag())
                    .checksumCRC32(response.checksumCRC32())
                    .checksumCRC32C(response.checksumCRC32C())
                    .checksumCRC64NVME(response.checksumCRC64NVME())
                    .checksumSHA1(response.checksumSHA1())
                    .checksumSHA256(response.checksumSHA256())
                    .build();
        } catch (IOException e) {
            failure = e;
            throw e;
        } catch (RuntimeException e) {
            failure = new IOException("can't store " + objects.url(key) + ": a part couldn't be sent", e);
            throw e;
        } finally {
            mayRun.release();
            buffers.giveBack(content);
        }
    }

    private PartBuffer takeBuffer() throws IOException {
        try {
            PartBuffer buffer = buffers.take();
            while (buffer == null) {
                requireOpen(); // a part that waits when the client is closed never gives its buffer back
                buffer = buffers.take();
            }
            return buffer;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void requireOpen() throws IOException {
        if (threads.isShutdown()) {
            throw new IOException("the replica's client was closed while it sent " + objects.url(key));
        }
    }

    /** A part that arrives after the abort may stay, so none should be on its way. */
    private void endParts() {
        for (Future<CompletedPart> part : parts) {
            part.cancel(true);
        }
        try {
            boolean ended = mayRun.tryAcquire(PartBuffers.COUNT, PATIENCE_SECONDS, TimeUnit.SECONDS);
            LOG.debug("{}: parts on their way have ended: {}", objects.url(key), ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static CompletedPart get(Future<CompletedPart> part) throws IOException {
        try {
            return part.get();
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (CancellationException | ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException("a part couldn't be sent", e);
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for the S3 store");
    }
}
