package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ClassPathResource;

/** A litestream.yml, as the real one reads it. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigFileTests {

    @TempDir
    Path folder;

    private List<DatabaseSetup> read(String yaml, String... properties) throws IOException {
        Path file = Files.writeString(folder.resolve("litestream.yml"), yaml);
        return Resolved.databases(
                Map.of(
                        "DATA", folder.toString(),
                        "LITESTREAM_TEST_KEY", "AKID",
                        "LITESTREAM_TEST_SECRET", "s3cr3t"),
                Stream.concat(Stream.of("litestream.config-file=" + file), Stream.of(properties))
                        .toArray(String[]::new));
    }

    private LitestreamStartException failure(String yaml, String... properties) {
        LitestreamStartException failure =
                catchThrowableOfType(LitestreamStartException.class, () -> read(yaml, properties));
        assertThat(failure).as(yaml).isNotNull();
        return failure;
    }

    private static String database(String... replicaLines) {
        return "dbs:\n  - path: /data/app.db\n    replicas:\n      - " + String.join("\n        ", replicaLines) + "\n";
    }

    private static String golden() throws IOException {
        return new ClassPathResource("config/litestream.yml")
                .getContentAsString(java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void configurationOfARunningLitestream(CapturedOutput output) throws Exception {
        List<DatabaseSetup> databases = read(golden(), "spring.datasource.url=jdbc:sqlite:" + folder.resolve("app.db"));

        assertThat(databases).extracting(DatabaseSetup::name).containsExactly("main", "a/tenant.db", "b/tenant.db");
        DatabaseSetup main = databases.get(0);
        assertThat(main.path()).isEqualTo(folder.resolve("app.db"));
        assertThat(main.settings().monitorInterval()).hasMillis(500);
        assertThat(main.settings().checkpointInterval()).hasMinutes(90);
        assertThat(main.settings().minCheckpointPageCount()).isEqualTo(500);
        assertThat(main.settings().maxCheckpointPageCount()).isEqualTo(20480);
        assertThat(main.settings().metaPath()).isEqualTo(folder.resolve("meta"));
        assertThat(main.replicas()).extracting(ReplicaSetup::name).containsExactly("s3", "minio", "file");

        ReplicaSetup s3 = main.replicas().get(0);
        assertThat(s3.settings().retention()).hasHours(72);
        assertThat(s3.settings().retentionCheckInterval()).hasMinutes(30);
        assertThat(s3.settings().snapshotInterval()).hasHours(24);
        assertThat(s3.settings().validationInterval()).hasHours(12);
        assertThat(s3.settings().syncInterval()).hasSeconds(10);
        assertThat(s3.s3().location().url()).isEqualTo("s3://backups/app");
        assertThat(s3.s3().client().region()).isEqualTo("eu-central-1");
        assertThat(s3.s3().client().accessKeyId()).isEqualTo("AKID");
        assertThat(s3.s3().client().secretAccessKey()).isEqualTo("s3cr3t");

        ReplicaSetup minio = main.replicas().get(1);
        assertThat(minio.settings().retention()).isZero();
        assertThat(minio.s3().client().endpoint()).isEqualTo(URI.create("http://localhost:9000"));
        assertThat(minio.s3().client().accessKeyId()).isEqualTo("0123456789");
        assertThat(minio.s3().client().secretAccessKey()).isEqualTo("1e5");
        assertThat(minio.s3().client().forcePathStyle()).isTrue();
        assertThat(minio.s3().client().skipVerify()).isTrue();

        ReplicaSetup file = main.replicas().get(2);
        assertThat(file.url().folder()).isEqualTo(folder.resolve("replica"));
        assertThat(file.settings().syncInterval()).hasSeconds(2);

        assertThat(databases.get(1).replicas().get(0).url().folder()).isEqualTo(folder.resolve("copies/a"));
        S3Setup b = databases.get(2).replicas().get(0).s3();
        assertThat(b.location().bucket()).isEqualTo("tenants");
        assertThat(b.location().region()).isEqualTo("us-west-000");
        assertThat(b.client().secretAccessKey()).isEqualTo("s3cr3t");

        assertThat(output)
                .contains("litestream.yml: addr is not used", "litestream.yml: logging is not used")
                .contains("sync-interval is 2000000000, which is nanoseconds")
                .doesNotContain("s3cr3t", "AKID", "UNSET_IN_A_COMMENT");
        assertThat(databases.toString()).doesNotContain("s3cr3t", "AKID", "1e5");
    }

    @Test
    void sameSetupsAsFromProperties() throws Exception {
        List<DatabaseSetup> fromFile = read(
                database("url: s3://bucket/app", "retention: 72h", "region: eu-central-1"),
                "litestream.databases.main.path=/data/app.db");
        List<DatabaseSetup> fromProperties = Resolved.databases(
                "litestream.databases.main.path=/data/app.db",
                "litestream.databases.main.replicas.s3.url=s3://bucket/app",
                "litestream.databases.main.replicas.s3.retention=72h",
                "litestream.databases.main.replicas.s3.region=eu-central-1");
        assertThat(fromFile)
                .usingRecursiveComparison()
                .ignoringFieldsMatchingRegexes(".*url\\.key")
                .isEqualTo(fromProperties);
    }

    @Test
    void propertiesWinWhereBothSaySomething() throws Exception {
        ReplicaSetup replica = read(
                        database("url: s3://bucket/app", "retention: 72h", "sync-interval: 5s", "region: from-file"),
                        "litestream.retention=1h",
                        "litestream.databases.main.path=/data/app.db",
                        "litestream.databases.main.sync-interval=9s",
                        "litestream.databases.main.replicas.s3.region=from-property")
                .get(0)
                .replicas()
                .get(0);
        assertThat(replica.settings().syncInterval()).hasSeconds(9);
        assertThat(replica.s3().client().region()).isEqualTo("from-property");
        // what holds for all is a default: the file speaks of this replica
        assertThat(replica.settings().retention()).hasHours(72);
    }

    @Test
    void keysForADatabaseOfTheFileAreWrittenInBrackets() throws Exception {
        assertThat(read(database("url: /folder"), "litestream.databases[app.db].sync-interval=9s")
                        .get(0)
                        .replicas()
                        .get(0)
                        .settings()
                        .syncInterval())
                .hasSeconds(9);
    }

    @Test
    void replicaOfThePropertiesBesideThatOfTheFile() throws Exception {
        assertThat(read(
                                database("url: s3://bucket/app"),
                                "spring.datasource.url=jdbc:sqlite:/data/app.db",
                                "litestream.replica-url=/folder")
                        .get(0)
                        .replicas())
                .extracting(ReplicaSetup::name)
                .containsExactly("file", "s3");
    }

    @Test
    void replicaThatBothName() {
        assertThat(failure(
                                database("url: s3://bucket/app"),
                                "spring.datasource.url=jdbc:sqlite:/data/app.db",
                                "litestream.replica-url=s3://bucket/other")
                        .description())
                .contains("litestream.replica-url", "s3://bucket/other", "litestream.yml", "s3://bucket/app");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "type: gcs;bucket: b|dbs[0].replicas[0].type is \"gcs\"|not supported",
                "type: abs;bucket: b|dbs[0].replicas[0].type is \"abs\"|not supported",
                "type: sftp;path: b|dbs[0].replicas[0].type is \"sftp\"|not supported",
                "url: gcs://bucket/app|dbs[0].replicas[0].url is \"gcs://bucket/app\"|s3://bucket/path",
                "url: s3://bucket/app;age: {identities: [x]}|dbs[0].replicas[0].age is set, and encryption with age|Remove",
                "url: s3://bucket/app;path: x|dbs[0].replicas[0].url is set, and|Remove",
                "type: s3;path: x|dbs[0].replicas[0].bucket is|the bucket's name",
                "retention: 1h|dbs[0].replicas[0].url is|where the replica is",
                "url: /folder;retention: 1 day|dbs[0].replicas[0].retention is \"1 day\"|1h30m",
                "url: /folder;retention: -1h|dbs[0].replicas[0].retention is|0 or longer",
                "url: /folder;skip-verify: perhaps|dbs[0].replicas[0].skip-verify is \"perhaps\"|true or false",
                "url: /folder;access-key-id: s3cr3t|access-key-id is set, and|secret-access-key",
                "url: /folder;endpoint: http://host|endpoint is set, but|Remove",
            })
    void whatIsWrongWithAReplicaIsNamed(String lines, String description, String action) {
        LitestreamStartException failure = failure(database(lines.split(";")));
        assertThat(failure.description())
                .contains("litestream.yml", description)
                .doesNotContain("s3cr3t");
        assertThat(failure.action()).containsIgnoringCase(action);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "dbs: [{replicas: []}]|dbs[0].path is",
                "dbs: [{path: /a.db, replicas: 5}]|dbs[0].replicas has another form",
                "dbs: [{path: /a.db, replica: {url: x}}]|dbs[0].replica is a key of Litestream 0.5",
                "dbs: [{path: /a.db, monitor-interval: 0}]|dbs[0].monitor-interval is",
                "dbs: [{path: /a.db, min-checkpoint-page-count: 0}]|dbs[0].min-checkpoint-page-count is",
                "dbs: [{path: /a.db, min-checkpoint-page-count: ten}]|dbs[0].min-checkpoint-page-count is \"ten\"",
                "dbs: [{path: /a.db}, {path: /x/../a.db}]|dbs[1].path is \"/a.db\"",
                "dbs: [{path: /a.db, replicas: [{url: /x}, {url: /y}]}]|dbs[0].replicas[1].name is",
                "dbs: [5]|dbs[0]. is no list of keys",
                "dbs: {path: [/a.db]}|dbs has another form",
                "dbs: [{path: [/a.db]}]|dbs[0].path has another form",
                "[1, 2]|is no list of keys",
                "access-key-id: *s3cr3t|is not YAML, or has a key twice at line 1, column 16",
                "dbs: []\tdbs: []|is not YAML",
            })
    void whatIsWrongWithTheFileIsNamed(String yaml, String description) {
        LitestreamStartException failure = failure(yaml);
        assertThat(failure.description())
                .contains("litestream.yml", description)
                .doesNotContain("s3cr3t");
        assertThat(failure.getCause()).isNull();
    }

    @Test
    void keyTwice() {
        assertThat(failure("addr: a\naddr: s3cr3t\n").description())
                .contains("has a key twice at line 2")
                .doesNotContain("s3cr3t");
    }

    @Test
    void unknownKeysAndExecAreReported(CapturedOutput output) throws Exception {
        read("""
                exec: run me
                foo: 1
                dbs:
                  - path: /a.db
                    bar: 2
                    replicas:
                      - {url: /x, account-key: s3cr3t}
                """);
        assertThat(output.getOut().lines().filter(line -> line.contains("WARN")))
                .hasSize(4)
                .anyMatch(line -> line.contains("exec is not done"))
                .anyMatch(line -> line.contains("litestream.yml: foo is no key"))
                .anyMatch(line -> line.contains("dbs[0].bar is no key"))
                .anyMatch(line -> line.contains("dbs[0].replicas[0].account-key is no key"));
        assertThat(output).doesNotContain("s3cr3t");
    }

    @Test
    void emptyFileNamesNothing() throws Exception {
        assertThat(read("")).isEmpty();
        assertThat(read("# nothing\n")).isEmpty();
    }

    @Test
    void fileThatIsNotThere() {
        LitestreamStartException failure = catchThrowableOfType(
                LitestreamStartException.class,
                () -> Resolved.databases("litestream.config-file=" + folder.resolve("none.yml")));
        assertThat(failure.description()).contains("litestream.config-file", "none.yml");
    }

    @Test
    void fileThatIsFarTooLarge() {
        assertThat(failure("#".repeat(2 << 20)).action()).contains("at most 1 MB");
    }

    @Test
    void homeOfTheUser() throws Exception {
        assertThat(read("dbs: [{path: ~/app.db, replicas: [{path: ~/copy}]}]")
                        .get(0)
                        .path())
                .isEqualTo(Path.of(System.getProperty("user.home"), "app.db"));
    }

    @Test
    void undefinedVariableInBracesIsReportedAndEmpty(CapturedOutput output) throws Exception {
        read("dbs: [{path: /a.db, replicas: [{url: '/x${NOT_SET_ANYWHERE}'}]}]");
        assertThat(output).contains("the variable NOT_SET_ANYWHERE");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a$VAR-b, avalue-b",
        "a${VAR}b, avalueb",
        "$UNSET!, !",
        "a$$b, ab",
        "a$1b, ab",
        "a${}b, ab",
        "a${b, ab",
        "100 $ each, 100 $ each",
        "a$, a$",
        "$VAR$VAR, valuevalue",
        "$VALUE_WITH_DOLLAR, a$VAR\\b"
    })
    void variablesAreReplacedAsLitestreamDoesIt(String text, String expanded) {
        Map<String, String> variables = Map.of("VAR", "value", "VALUE_WITH_DOLLAR", "a$VAR\\b");
        assertThat(new VariableExpansion(variables::get).expand("file", text)).isEqualTo(expanded);
    }

    @Test
    void applicationWithoutSnakeYamlStarts() {
        new org.springframework.boot.test.context.runner.ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader("org.yaml.snakeyaml"))
                .withConfiguration(
                        org.springframework.boot.autoconfigure.AutoConfigurations.of(LitestreamAutoConfiguration.class))
                .run(context -> assertThat(context).hasNotFailed());
    }
}
