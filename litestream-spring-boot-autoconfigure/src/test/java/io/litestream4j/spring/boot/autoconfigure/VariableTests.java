package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The environment variables of Litestream and of pylts. */
@ExtendWith(OutputCaptureExtension.class)
class VariableTests {

    private static final String URL = "spring.datasource.url=jdbc:sqlite:/data/app.db";

    @Test
    void keysOfLitestream() {
        S3Setup s3 = Resolved.databases(
                        Map.of("LITESTREAM_ACCESS_KEY_ID", "AKID", "LITESTREAM_SECRET_ACCESS_KEY", "s3cr3t"),
                        URL,
                        "litestream.replica-url=s3://bucket/app")
                .get(0)
                .replicas()
                .get(0)
                .s3();
        assertThat(s3.client().accessKeyId()).isEqualTo("AKID");
        assertThat(s3.client().secretAccessKey()).isEqualTo("s3cr3t");
    }

    @Test
    void wholeConfigurationOfPyltsInADotEnvFile(CapturedOutput output) {
        // an imported file is a plain property source: Spring Boot doesn't translate the names in it
        DatabaseSetup setup = Resolved.databases(
                        "LITESTREAM_ACCESS_KEY_ID=AKID",
                        "LITESTREAM_SECRET_ACCESS_KEY=s3cr3t",
                        "REPLICA_URL=s3://bucket/app",
                        "DB_SQLITE=notes.sqlite")
                .get(0);
        assertThat(setup.name()).isEqualTo("main");
        assertThat(setup.path()).isEqualTo(Path.of("notes.sqlite").toAbsolutePath());
        assertThat(setup.pathKey()).isEqualTo("DB_SQLITE");
        assertThat(setup.replicas().get(0).url().key()).isEqualTo("REPLICA_URL");
        assertThat(setup.replicas().get(0).s3().client().secretAccessKey()).isEqualTo("s3cr3t");
        assertThat(output)
                .contains("REPLICA_URL names the replica of the database main: s3://bucket/app")
                .contains("DB_SQLITE names the database main")
                .doesNotContain("s3cr3t");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "s3://bucket/property, s3://bucket/litestream, s3://bucket/pylts, s3://bucket/property",
        ", s3://bucket/litestream, s3://bucket/pylts, s3://bucket/litestream",
        "'', s3://bucket/litestream, s3://bucket/pylts, s3://bucket/litestream",
        ", , s3://bucket/pylts, s3://bucket/pylts",
        ", ' ', s3://bucket/pylts, s3://bucket/pylts",
        ", , file:///backup/app, /backup/app"
    })
    void replicaUrlsByRank(String property, String litestream, String pylts, String wins) {
        Map<String, Object> variables = new java.util.HashMap<>(Map.of("REPLICA_URL", pylts));
        if (litestream != null) {
            variables.put("LITESTREAM_REPLICA_URL", litestream);
        }
        String[] properties =
                property == null ? new String[] {URL} : new String[] {URL, "litestream.replica-url=" + property};
        assertThat(Resolved.databases(variables, properties).get(0).replicas())
                .extracting(replica -> replica.url().location())
                .containsExactly(wins);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"postgres://user:s3cr3t@host/db", "/some/folder", "host:5432", "https://replica", " "})
    void replicaUrlOfSomebodyElse(String value, CapturedOutput output) {
        assertThat(Resolved.databases(Map.of("REPLICA_URL", value), URL)).isEmpty();
        assertThat(output).doesNotContain("s3cr3t", "REPLICA_URL");
    }

    @Test
    void replicaUrlThatCannotBeReadIsReported(CapturedOutput output) {
        assertThat(Resolved.databases(Map.of("REPLICA_URL", "s3://key:s3cr3t@bucket/x"), URL))
                .isEmpty();
        assertThat(output).contains("REPLICA_URL is not used").doesNotContain("s3cr3t");
    }

    @Test
    void applicationOnAnotherDatabaseIsLeftAlone(CapturedOutput output) {
        assertThat(Resolved.databases(
                        Map.of("REPLICA_URL", "s3://bucket/x"), "spring.datasource.url=jdbc:postgresql://host/db"))
                .isEmpty();
        assertThat(output).contains("REPLICA_URL is not used, this application has no SQLite database");
    }

    @Test
    void replicaUrlOfTheEnvironmentGivesWayToReplicasThatAreConfigured() {
        assertThat(Resolved.databases(
                                Map.of("REPLICA_URL", "s3://bucket/x"),
                                URL,
                                "litestream.databases.main.replicas.copy.url=/folder")
                        .get(0)
                        .replicas())
                .extracting(DatabaseSetup.ReplicaSetup::name)
                .containsExactly("copy");
    }

    @Test
    void dataSourceWinsOverDbSqlite() {
        assertThat(Resolved.databases(Map.of("DB_SQLITE", "other.db"), URL, "litestream.replica-url=/folder")
                        .get(0)
                        .path())
                .isEqualTo(Path.of("/data/app.db"));
    }

    @Test
    void dbSqliteThatNamesNoDatabase() {
        assertThatThrownBy(() -> Resolved.databases(Map.of("DB_SQLITE", "notes.txt"), "litestream.replica-url=/folder"))
                .isInstanceOf(LitestreamStartException.class)
                .hasMessageContaining("DB_SQLITE is \"notes.txt\"");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "LITESTREAM_REPLICA_URI, replica-url",
        "LITESTREAM_ACCES_KEY_ID, access-key-id",
        "LITESTREAM_SYNC_INTERVALL, sync-interval",
        "LITESTREAM_RESTORE_TIMESTAM, restore.timestamp",
        "LITESTREAM_ACCESS_KEY_ID, ",
        "LITESTREAM_ACCESSKEYID, ",
        "LITESTREAM_RETENTION, ",
        "LITESTREAM_CONFIG, ",
        "LITESTREAM_BIN, ",
        "LITESTREAM_AZURE_ACCOUNT_KEY, ",
        "LITESTREAM_DATABASES_MAIN_PATH, ",
        "OTHER_REPLICA_URI, "
    })
    void variableThatIsAlmostAKeyIsReported(String name, String meant, CapturedOutput output) {
        Resolved.databases(Map.of(name, "1h"), "litestream.enabled=true");
        if (meant == null) {
            assertThat(output).doesNotContain(name);
        } else {
            assertThat(output).contains("WARN", name + " means nothing", "litestream." + meant);
        }
    }
}
