package io.litestream4j.replica.s3;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A store that speaks the protocol of S3 on a free port of this machine, checks signatures, and keeps its objects in a
 * folder. It can also run as a program of its own, see {@link #main}.
 */
public final class S3Server implements AutoCloseable {

    public static final String ACCESS_KEY_ID = "CANARYKEYID";
    public static final String SECRET_ACCESS_KEY = "canary-secret-access-key";
    public static final String BUCKET = "backups";

    private final S3Proxy proxy;

    private S3Server(S3Proxy proxy) {
        this.proxy = proxy;
    }

    /** Starts a store with an empty bucket, or with what the folder holds. */
    public static S3Server start(Path folder) throws IOException {
        return start(folder, 0);
    }

    /** Starts it on a port; 0 is any. */
    public static S3Server start(Path folder, int port) throws IOException {
        return start(folder, builder -> builder.endpoint(URI.create("http://127.0.0.1:" + port)));
    }

    /** Starts it with a certificate, on {@link #securePort} alone. */
    static S3Server startWithCertificate(Path folder, Path keyStore, String password) throws IOException {
        return start(
                folder,
                builder -> builder.secureEndpoint(URI.create("https://127.0.0.1:0"))
                        .keyStore(keyStore.toUri().toString(), password));
    }

    private static S3Server start(Path folder, UnaryOperator<S3Proxy.Builder> address) throws IOException {
        Files.createDirectories(folder.resolve(BUCKET));
        S3Proxy proxy = address.apply(S3Proxy.builder())
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY_ID, SECRET_ACCESS_KEY)
                .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                .build();
        try {
            proxy.start();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the S3 server doesn't start", e);
        }
        return new S3Server(proxy);
    }

    public int port() {
        return proxy.getPort();
    }

    int securePort() {
        return proxy.getSecurePort();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** A client as a replica with an endpoint gets it. */
    public S3Client client() {
        return client(endpoint());
    }

    /** The same by way of another address. */
    public static S3Client client(URI endpoint) {
        return S3Clients.create(location(""), settings(endpoint));
    }

    public static S3ClientSettings settings(URI endpoint) {
        return S3ClientSettings.builder()
                .endpoint(endpoint)
                .accessKeyId(ACCESS_KEY_ID)
                .secretAccessKey(SECRET_ACCESS_KEY)
                .build();
    }

    /** A folder of the bucket. */
    public static S3Location location(String prefix) {
        return S3Location.of(BUCKET, prefix);
    }

    @Override
    public void close() {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Runs until its input ends, as it does when the parent process ends.
     *
     * @param arguments folder and port
     */
    public static void main(String[] arguments) throws IOException {
        try (S3Server server = start(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
            System.out.println("answer: " + server.port());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
