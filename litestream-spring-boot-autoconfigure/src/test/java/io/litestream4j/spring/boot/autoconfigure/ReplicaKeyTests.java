package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** From the keys of a replica to what the engine and the S3 client are told. */
@ExtendWith(OutputCaptureExtension.class)
class ReplicaKeyTests {

    private static final String MAIN = "litestream.databases.main.";
    private static final String COPY = MAIN + "replicas.copy.";
    private static final String PATH = MAIN + "path=/data/app.db";

    private static String[] with(String... properties) {
        return Stream.concat(Stream.of(PATH), Arrays.stream(properties)).toArray(String[]::new);
    }

    private static LitestreamStartException failure(String... properties) {
        LitestreamStartException failure =
                catchThrowableOfType(LitestreamStartException.class, () -> Resolved.databases(with(properties)));
        assertThat(failure).as(Arrays.toString(properties)).isNotNull();
        return failure;
    }

    @Test
    void everyKeyOfAReplicaReachesItsSettings() {
        DatabaseSetup.ReplicaSetup replica = Resolved.replica(with(
                COPY + "url=s3://bucket/app/",
                COPY + "sync-interval=2s",
                COPY + "retention=72h",
                COPY + "retention-check-interval=10m",
                COPY + "snapshot-interval=6h",
                COPY + "validation-interval=12h",
                COPY + "access-key-id=AKID",
                COPY + "secret-access-key=s3cr3t",
                COPY + "endpoint=https://minio.example:9000",
                COPY + "region=eu-central-1",
                COPY + "force-path-style=false",
                COPY + "skip-verify=true",
                COPY + "storage-class=STANDARD_IA",
                COPY + "sse=aws:kms",
                COPY + "sse-kms-key-id=alias/backup"));

        assertThat(replica.settings().syncInterval()).hasSeconds(2);
        assertThat(replica.settings().retention()).hasHours(72);
        assertThat(replica.settings().retentionCheckInterval()).hasMinutes(10);
        assertThat(replica.settings().snapshotInterval()).hasHours(6);
        assertThat(replica.settings().validationInterval()).hasHours(12);
        S3Setup s3 = replica.s3();
        assertThat(s3.location().bucket()).isEqualTo("bucket");
        assertThat(s3.location().prefix()).isEqualTo("app");
        assertThat(s3.client().accessKeyId()).isEqualTo("AKID");
        assertThat(s3.client().secretAccessKey()).isEqualTo("s3cr3t");
        assertThat(s3.client().endpoint()).isEqualTo(URI.create("https://minio.example:9000"));
        assertThat(s3.client().region()).isEqualTo("eu-central-1");
        assertThat(s3.client().forcePathStyle()).isFalse();
        assertThat(s3.client().skipVerify()).isTrue();
        assertThat(s3.objects().storageClass()).isEqualTo("STANDARD_IA");
        assertThat(s3.objects().sse()).isEqualTo("aws:kms");
        assertThat(s3.objects().sseKmsKeyId()).isEqualTo("alias/backup");
        assertThat(replica.toString()).doesNotContain("s3cr3t", "AKID", "alias/backup");
    }

    @Test
    void keyIsTakenFromTheReplicaElseItsDatabaseElseTheTop() {
        List<DatabaseSetup> databases = Resolved.databases(
                "litestream.retention=1h",
                "litestream.region=top",
                "litestream.access-key-id=top",
                "litestream.secret-access-key=top-secret",
                "litestream.databases.a.path=/data/a.db",
                "litestream.databases.a.retention=2h",
                "litestream.databases.a.replicas.one.url=s3://bucket/a1",
                "litestream.databases.a.replicas.one.retention=3h",
                "litestream.databases.a.replicas.one.access-key-id=one",
                "litestream.databases.a.replicas.one.secret-access-key=one-secret",
                "litestream.databases.a.replicas.two.url=s3://bucket/a2",
                "litestream.databases.b.path=/data/b.db",
                "litestream.databases.b.replicas.one.url=s3://bucket/b");

        Map<String, DatabaseSetup.ReplicaSetup> replicas = Map.of(
                "one", replica(databases, 0, "one"),
                "two", replica(databases, 0, "two"),
                "b", replica(databases, 1, "one"));
        assertThat(replicas.get("one").settings().retention()).hasHours(3);
        assertThat(replicas.get("two").settings().retention()).hasHours(2);
        assertThat(replicas.get("b").settings().retention()).hasHours(1);
        assertThat(replicas.get("one").s3().client().secretAccessKey()).isEqualTo("one-secret");
        assertThat(replicas.get("two").s3().client().secretAccessKey()).isEqualTo("top-secret");
        assertThat(replicas.values())
                .allMatch(replica -> "top".equals(replica.s3().client().region()));
    }

    private static DatabaseSetup.ReplicaSetup replica(List<DatabaseSetup> databases, int database, String name) {
        return databases.get(database).replicas().stream()
                .filter(replica -> replica.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void replicaOfTheUrlHasTheNameOfItsTypeAndItsKeys() {
        DatabaseSetup.ReplicaSetup replica =
                Resolved.replica(with("litestream.replica-url=s3://bucket/app", MAIN + "replicas.s3.retention=5h"));
        assertThat(replica.name()).isEqualTo("s3");
        assertThat(replica.settings().retention()).hasHours(5);
    }

    @Test
    void bucketAndPathAreTakenAsTheyAre() {
        S3Setup s3 = Resolved.s3(with(COPY + "type=s3", COPY + "bucket=my.bucket", COPY + "path=/a%20b/c d/"));
        assertThat(s3.location().bucket()).isEqualTo("my.bucket");
        assertThat(s3.location().prefix()).isEqualTo("a%20b/c d");
        assertThat(s3.location().endpoint()).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"url=s3://bucket/app", "bucket=bucket"})
    void plainBucketSharesTheClientOfTheApplication(String location) {
        assertThat(Resolved.s3(with(COPY + location)).canShareClient()).isTrue();
        assertThat(Resolved.s3(with(COPY + location, COPY + "storage-class=STANDARD_IA"))
                        .canShareClient())
                .isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "endpoint=http://localhost:9000",
                "region=eu-central-1",
                "force-path-style=true",
                "skip-verify=true",
                "url=s3://bucket.localhost:9000/app",
                "url=s3://bucket.s3.us-west-000.backblazeb2.com/app"
            })
    void replicaWithAnAddressOfItsOwnHasAClientOfItsOwn(String property) {
        String[] properties = property.startsWith("url=")
                ? with(COPY + property)
                : with(COPY + "url=s3://bucket/app", COPY + property);
        assertThat(Resolved.s3(properties).canShareClient()).isFalse();
    }

    @Test
    void credentialsMeanAClientOfItsOwn() {
        assertThat(Resolved.s3(with(
                                COPY + "url=s3://bucket/app",
                                "litestream.access-key-id=a",
                                "litestream.secret-access-key=b"))
                        .canShareClient())
                .isFalse();
    }

    @Test
    void endpointWithoutASchemeIsReachedByTls() {
        assertThat(Resolved.s3(with(COPY + "bucket=bucket", COPY + "endpoint=s3.us-west-000.backblazeb2.com"))
                        .endpoint())
                .isEqualTo(URI.create("https://s3.us-west-000.backblazeb2.com"));
    }

    @Test
    void blankKeysOfS3CountAsUnset() {
        S3Setup s3 = Resolved.s3(with(
                COPY + "url=s3://bucket/app",
                COPY + "access-key-id=",
                COPY + "secret-access-key= ",
                COPY + "endpoint=",
                COPY + "region=",
                COPY + "force-path-style=",
                COPY + "skip-verify=",
                COPY + "storage-class= ",
                COPY + "sse=",
                COPY + "sse-kms-key-id="));
        assertThat(s3.canShareClient()).isTrue();
        assertThat(s3.objects().storageClass()).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "litestream.access-key-id, litestream.secret-access-key",
        "litestream.secret-access-key, litestream.access-key-id",
        "litestream.databases.main.secret-access-key, litestream.databases.main.access-key-id",
        "litestream.databases.main.replicas.copy.access-key-id, litestream.databases.main.replicas.copy.secret-access-key"
    })
    void halfOfAKeyStopsTheStart(String given, String missing) {
        LitestreamStartException failure = failure(COPY + "url=s3://bucket/app", given + "=s3cr3t");
        assertThat(failure.description()).isEqualTo(given + " is set, and " + missing + " is not.");
        assertThat(failure.action()).contains("Set " + missing);
        assertThat(failure.toString() + failure.action()).doesNotContain("s3cr3t");
    }

    @Test
    void halfOfAKeyIsNotCompletedFromAnotherLevel() {
        LitestreamStartException failure = failure(
                COPY + "url=s3://bucket/app",
                COPY + "access-key-id=a",
                "litestream.access-key-id=b",
                "litestream.secret-access-key=c");
        assertThat(failure.action()).contains("Set " + COPY + "secret-access-key");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "path=s3://bucket/x| |copy.path is \"s3://bucket/x\", which is a URL|Set litestream.databases.main.replicas.copy.url instead",
                "url=s3://bucket/x|path=y|copy.url is set, and litestream.databases.main.replicas.copy.path is \"y\"|Remove litestream.databases.main.replicas.copy.path",
                "url=s3://bucket/x|bucket=b|copy.url is set, and litestream.databases.main.replicas.copy.bucket is \"b\"|Remove litestream.databases.main.replicas.copy.bucket",
                "type=s3|path=x|copy.bucket is \"\"|the bucket's name",
                "type=file|bucket=b|copy.type is \"file\"|s3, or remove",
                "type=gcs|bucket=b|copy.type is \"gcs\"|not supported",
                "type=sftp|path=b|copy.type is \"sftp\"|not supported",
                "type=tape|path=b|copy.type is \"tape\"|file or s3",
                "url=gcs://bucket/x| |copy.url is \"gcs://bucket/x\"|s3://bucket/path",
                "url=s3:///x| |copy.url is no URL of a bucket|s3://bucket/path",
                "bucket=b/c|path=x|copy.bucket is \"b/c\"|a bucket's name",
                "url=s3://bucket/x|endpoint=ftp://host|copy.endpoint is not the address|https://host",
                "url=s3://bucket/x|endpoint=http://key:s3cr3t@host|copy.endpoint is not the address|without keys",
                "url=s3://bucket/x|storage-class=GLACIER|copy.storage-class is \"GLACIER\"|remove it",
                "url=s3://bucket/x|sse=rot13|copy.sse is \"rot13\"|remove it",
                "url=s3://bucket/x|sse-kms-key-id=k|copy.sse-kms-key-id is set|remove it",
                "url=/folder|region=eu-central-1|copy.region is set|remove",
                "path=app|endpoint=https://host|copy.endpoint is set|set the replica's bucket",
                "url=s3://key:s3cr3t@bucket/x| |copy.url is no URL of a bucket|s3://bucket/path",
            })
    void whatContradictsItselfStopsTheStart(String first, String second, String description, String action) {
        LitestreamStartException failure =
                second == null ? failure(COPY + first) : failure(COPY + first, COPY + second);
        assertThat(failure.description()).contains(description);
        assertThat(failure.action()).containsIgnoringCase(action);
        assertThat(failure.toString() + failure.action()).doesNotContain("s3cr3t");
    }

    @Test
    void keysOfS3ForAllAreNoMistakeBesideAFolder() {
        assertThat(Resolved.replica(with(
                                COPY + "url=/folder",
                                "litestream.region=eu-central-1",
                                "litestream.access-key-id=a",
                                "litestream.secret-access-key=b"))
                        .s3())
                .isNull();
    }

    @Test
    void twoReplicasOfOneName() {
        LitestreamStartException failure =
                failure("litestream.replica-url=s3://bucket/a", MAIN + "replicas.s3.url=s3://bucket/b");
        assertThat(failure.description()).contains("litestream.replica-url", "s3://bucket/a", "s3://bucket/b");
    }

    @Test
    void onePathInABucketForTwoDatabases() {
        LitestreamStartException failure = failure(
                COPY + "url=s3://bucket/app/",
                "litestream.databases.other.path=/data/other.db",
                "litestream.databases.other.replicas.copy.bucket=bucket",
                "litestream.databases.other.replicas.copy.path=app");
        assertThat(failure.description()).contains(COPY + "url", "other.replicas.copy.bucket", "s3://bucket/app");
    }

    @Test
    void bucketsOfOneNameInTwoStores() {
        assertThat(Resolved.databases(with(
                                COPY + "url=s3://bucket/app",
                                MAIN + "replicas.minio.url=s3://bucket/app",
                                MAIN + "replicas.minio.endpoint=http://localhost:9000"))
                        .get(0)
                        .replicas())
                .hasSize(2);
    }

    @Test
    void retentionThatIsShortForItsSnapshotsIsReported(CapturedOutput output) {
        Resolved.databases(with(COPY + "url=/folder", COPY + "retention=30h", "litestream.snapshot-interval=24h"));
        assertThat(output.getOut().lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .contains(COPY + "retention is 108000s", "litestream.snapshot-interval (86400s)", "172800s");
    }

    @ParameterizedTest(name = "retention {0}, snapshots {1}")
    @CsvSource({"48h, 24h", "0s, 24h", "1h, 0s"})
    void retentionThatIsLongEnough(String retention, String snapshots, CapturedOutput output) {
        DatabaseSetup.ReplicaSetup replica = Resolved.replica(
                with(COPY + "url=/folder", COPY + "retention=" + retention, COPY + "snapshot-interval=" + snapshots));
        assertThat(replica.settings().snapshotInterval()).isBetween(Duration.ZERO, Duration.ofDays(1));
        assertThat(output).doesNotContain("WARN");
    }

    @Test
    void replicaWithoutALocationIsReported(CapturedOutput output) {
        assertThat(Resolved.databases(with(COPY + "retention=1h"))).isEmpty();
        assertThat(output).contains(COPY + "url is not set, there is no such replica", "has no replica");
    }

    @Test
    void pathIsResolved() {
        assertThat(Resolved.databases(with(COPY + "url=/folder")).get(0).path()).isEqualTo(Path.of("/data/app.db"));
    }
}
