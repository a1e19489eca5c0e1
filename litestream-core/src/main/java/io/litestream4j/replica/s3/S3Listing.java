package io.litestream4j.replica.s3;

import io.litestream4j.io.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Lists a folder of a bucket, page by page, to its end: a listing that isn't complete is an exception. */
final class S3Listing {

    /** A segment for every second of two months. */
    private static final int MAX_KEYS = 5_000_000;

    private static final int MAX_PAGES = 100_000;

    /** Stores skip what was deleted and may have nothing to say for a page, but not for long. */
    private static final int MAX_EMPTY_PAGES = 1000;

    private final S3Calls calls;
    private final String bucket;
    private final @Nullable Integer pageSize;

    /**
     * @param pageSize keys in a page; null: as many as the store likes
     */
    S3Listing(S3Calls calls, String bucket, @Nullable Integer pageSize) {
        this.calls = calls;
        this.bucket = bucket;
        this.pageSize = pageSize;
    }

    /** Gives the name of each folder in a folder, whose key ends with a slash. */
    void folders(String folder, Consumer<String> names) throws IOException {
        pages(folder, page -> {
            for (CommonPrefix prefix : page.commonPrefixes()) {
                String name = nameIn(folder, prefix.prefix());
                if (!name.isEmpty()) {
                    names.accept(name.substring(0, name.length() - 1));
                }
            }
        });
    }

    /** Gives each object in a folder, whose key ends with a slash, but not those in folders below it. */
    void objects(String folder, ObjectSink sink) throws IOException {
        pages(folder, page -> {
            for (S3Object object : page.contents()) {
                sink.accept(nameIn(folder, object.key()), object);
            }
        });
    }

    /** Asks for a single key, to see whether the bucket can be listed. */
    void probe(String folder) throws IOException {
        page(request(folder).maxKeys(1).build(), folder);
    }

    private void pages(String folder, PageSink sink) throws IOException {
        Set<UUID> tokens = new HashSet<>(); // not the tokens themselves, which may be long
        String token = null;
        long keys = 0;
        int emptyPages = 0;
        do {
            ListObjectsV2Response page =
                    page(request(folder).continuationToken(token).build(), folder);
            sink.accept(page);
            int found = page.contents().size() + page.commonPrefixes().size();
            keys += found;
            emptyPages = found == 0 ? emptyPages + 1 : 0;
            token = page.isTruncated() ? page.nextContinuationToken() : null;
            if (page.isTruncated() && (token == null || !tokens.add(digest(token)))) {
                throw wrong(folder, "the store says that there is more, but not where");
            }
            if (emptyPages > MAX_EMPTY_PAGES) {
                throw wrong(folder, "got %d pages without a name, one after the other".formatted(emptyPages));
            }
            if (keys > MAX_KEYS || tokens.size() > MAX_PAGES) {
                throw wrong(
                        folder,
                        "expected at most %d objects: give the replica a folder of its own".formatted(MAX_KEYS));
            }
        } while (token != null);
    }

    private static UUID digest(String token) {
        return UUID.nameUUIDFromBytes(token.getBytes(StandardCharsets.UTF_8));
    }

    private ListObjectsV2Request.Builder request(String folder) {
        return ListObjectsV2Request.builder()
                .bucket(bucket)
                .prefix(folder)
                .delimiter("/")
                .maxKeys(pageSize)
                .overrideConfiguration(calls.settings(S3Operation.LIST));
    }

    private ListObjectsV2Response page(ListObjectsV2Request request, String folder) throws IOException {
        ListObjectsV2Response page = calls.send(S3Operation.LIST, folder, client -> client.listObjectsV2(request));
        if (page.isTruncated() == null) {
            // the SDK takes any page of a hotel's network for a listing of nothing
            throw wrong(folder, "the answer is no listing: check endpoint, and what stands between here and the store");
        }
        return page;
    }

    /** What was asked for begins with the folder. A store that writes it in another way hides what it holds. */
    private String nameIn(String folder, @Nullable String key) throws IOException {
        if (key == null || !key.startsWith(folder)) {
            throw wrong(
                    folder,
                    "expected names that begin with this, got %s"
                            .formatted(key == null ? "one without a name" : Printable.of(key)));
        }
        return key.substring(folder.length());
    }

    private IOException wrong(String folder, String message) {
        return new IOException("can't list s3://%s/%s: %s".formatted(bucket, folder, message));
    }

    /** Takes a page of a listing. */
    @FunctionalInterface
    private interface PageSink {
        void accept(ListObjectsV2Response page) throws IOException;
    }

    /** Takes the objects of a listing. */
    @FunctionalInterface
    interface ObjectSink {

        /**
         * Takes one.
         *
         * @param name without its folder
         */
        void accept(String name, S3Object object) throws IOException;
    }
}
