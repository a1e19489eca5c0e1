package io.litestream4j.replica.s3;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out whether a replica can be listed, read and written, without leaving an object. */
final class S3Probe {

    private static final Logger LOG = LoggerFactory.getLogger(S3Probe.class);

    private final S3Objects objects;
    private final S3Listing listing;
    private final String folder;

    /**
     * @param folder the replica's, with a slash at its end unless it is empty
     */
    S3Probe(S3Objects objects, S3Listing listing, String folder) {
        this.objects = objects;
        this.listing = listing;
        this.folder = folder;
    }

    void run() throws IOException {
        listing.probe(folder);
        String key = folder + ".litestream-probe-" + UUID.randomUUID();
        requireReading(key);
        requireWriting(key);
    }

    private void requireReading(String key) throws IOException {
        try (ObjectInput unexpected = ObjectInput.open(objects, key)) {
            LOG.debug("{} exists, with {} bytes", objects.url(key), unexpected.length());
        } catch (NoSuchFileException e) {
            LOG.debug("{}: objects can be read", objects.url(key)); // where they can't, the answer is 403
        }
    }

    private void requireWriting(String key) throws IOException {
        String uploadId = objects.calls()
                .send(S3Operation.STORE, key, client -> client.createMultipartUpload(objects.createRequest(key)))
                .uploadId();
        try {
            objects.abort(key, uploadId);
        } catch (IOException e) {
            LOG.warn(
                    "{}; uploads that break off will cost storage until a lifecycle rule removes them", e.getMessage());
        }
    }
}
