package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.s3.S3ClientSettings;
import io.litestream4j.replica.s3.S3Clients;
import io.litestream4j.replica.s3.S3Location;
import io.litestream4j.replica.s3.S3ReplicaClient;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.S3Client;

/** A store that speaks the protocol of S3 on a free port of this machine, checks signatures, and keeps its objects in a folder. */
final class S3Store implements AutoCloseable {

    static final String KEY_ID = "CANARYKEYID";
    static final String SECRET = "canary-secret-access-key";
    static final String BUCKET = "backups";

    private final S3Proxy proxy;

    private S3Store(S3Proxy proxy) {
        this.proxy = proxy;
    }

    static S3Store start(Path folder) throws Exception {
        Files.createDirectories(folder.resolve(BUCKET));
        S3Proxy proxy = S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY_ID, SECRET)
                .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                .build();
        proxy.start();
        return new S3Store(proxy);
    }

    String endpoint() {
        return "http://127.0.0.1:" + proxy.getPort();
    }

    S3Client client() {
        return S3Clients.create(S3Location.of(BUCKET, ""), settings());
    }

    private S3ClientSettings settings() {
        return S3ClientSettings.builder()
                .endpoint(URI.create(endpoint()))
                .accessKeyId(KEY_ID)
                .secretAccessKey(SECRET)
                .build();
    }

    /** The keys of a replica that reaches this store with a client of its own. */
    String[] keys(String prefix) {
        return new String[] {
            prefix + "endpoint=" + endpoint(),
            prefix + "access-key-id=" + KEY_ID,
            prefix + "secret-access-key=" + SECRET
        };
    }

    /** The notes in the newest state of a replica. */
    List<String> notesIn(String path, Path scratch) throws Exception {
        Path restored = Files.createTempDirectory(Files.createDirectories(scratch), "restored")
                .resolve("restored.db");
        try (S3ReplicaClient client = S3ReplicaClient.builder(client(), S3Location.of(BUCKET, path))
                .closesClient(true)
                .build()) {
            new Restorer()
                    .restore(RestoreRequest.to(restored)
                            .from(List.of(new Replica("s3", client)))
                            .build());
        }
        return Sqlite.notes(restored);
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
