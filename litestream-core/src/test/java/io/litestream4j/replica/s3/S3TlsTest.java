package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store with a certificate that nobody vouches for. */
class S3TlsTest {

    @TempDir
    Path folder;

    @Test
    void aForeignCertificateIsRefusedUnlessItIsNotToBeVerified() throws Exception {
        try (S3Server server = S3Server.startWithCertificate(folder.resolve("store"), keyStore(), "password")) {
            try (S3ReplicaClient careful = client(server, false)) {
                assertThatThrownBy(careful::probe).hasMessageContaining("no secure connection to the store");
            }
            try (S3ReplicaClient careless = client(server, true)) {
                careless.probe();
                assertThat(careless.generations()).isEmpty();
            }
        }
    }

    private static S3ReplicaClient client(S3Server server, boolean skipVerify) {
        S3Location location = S3Server.location("app");
        S3ClientSettings settings = S3ClientSettings.builder()
                .endpoint(URI.create("https://127.0.0.1:" + server.securePort()))
                .accessKeyId(S3Server.ACCESS_KEY_ID)
                .secretAccessKey(S3Server.SECRET_ACCESS_KEY)
                .skipVerify(skipVerify)
                .build();
        return S3ReplicaClient.builder(S3Clients.create(location, settings), location)
                .closesClient(true)
                .build();
    }

    private Path keyStore() throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=store",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "password")
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        return file;
    }
}
