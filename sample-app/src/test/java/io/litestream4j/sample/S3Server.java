package io.litestream4j.sample;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** A store that speaks the protocol of S3, on a free port of this machine only. It keeps its objects in a folder. */
final class S3Server implements AutoCloseable {

    private static final String BUCKET = "notes";
    private static final String ACCESS_KEY_ID = "demo";
    private static final String SECRET_ACCESS_KEY = "demo-secret";

    private final S3Proxy proxy;

    private S3Server(S3Proxy proxy) {
        this.proxy = proxy;
    }

    /** Starts with an empty bucket, or with what the folder holds. */
    static S3Server start(Path folder) throws Exception {
        Files.createDirectories(folder.resolve(BUCKET));
        S3Proxy proxy = S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY_ID, SECRET_ACCESS_KEY)
                .blobStore(new FilesystemNio2BlobStore(folder.toAbsolutePath().toString()))
                .build();
        proxy.start();
        return new S3Server(proxy);
    }

    /** What the application must be told to have its replica here. */
    String[] arguments() {
        return new String[] {
            "--litestream.replica-url=s3://" + BUCKET + "/app",
            "--litestream.endpoint=http://127.0.0.1:" + proxy.getPort(),
            "--litestream.access-key-id=" + ACCESS_KEY_ID,
            "--litestream.secret-access-key=" + SECRET_ACCESS_KEY,
            "--logging.level.org.gaul=WARN"
        };
    }

    @Override
    public void close() {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
