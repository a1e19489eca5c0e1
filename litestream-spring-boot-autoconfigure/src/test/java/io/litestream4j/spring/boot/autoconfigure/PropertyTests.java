package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.OnDamage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class PropertyTests {

    private static final String DB = "litestream.databases.main.";
    private static final String COPY = DB + "replicas.copy.";

    @TempDir
    Path folder;

    private ApplicationContextRunner application(String... properties) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LitestreamAutoConfiguration.class))
                .withPropertyValues(DB + "path=" + folder.resolve("app.db"))
                .withPropertyValues(properties);
    }

    private DatabaseSetup setup(String... properties) {
        DatabaseSetup[] setup = new DatabaseSetup[1];
        application(properties).run(context -> {
            assertThat(context.getStartupFailure()).isNull();
            setup[0] =
                    context.getBean(LitestreamDatabases.class).entries().get(0).setup();
        });
        return setup[0];
    }

    private Analyzed failure(String... properties) {
        Analyzed[] analyzed = new Analyzed[1];
        application(properties).run(context -> {
            assertThat(context).as(Arrays.toString(properties)).hasFailed();
            analyzed[0] = Analyzed.of(context.getStartupFailure());
        });
        return analyzed[0];
    }

    @Test
    void everyKeyOfADatabaseBinds() {
        DatabaseSetup setup = setup(
                COPY + "url=" + folder.resolve("copy"),
                COPY + "sync-interval=5s",
                DB + "monitor-interval=2s",
                DB + "checkpoint-interval=3m",
                DB + "min-checkpoint-page-count=10",
                DB + "max-checkpoint-page-count=20",
                DB + "busy-timeout=4s",
                DB + "seal-pause=5ms",
                DB + "meta-path=" + folder.resolve("meta"),
                DB + "max-pending-size=64MB",
                DB + "restore.mode=never",
                DB + "restore.fail-if-no-backup=true",
                DB + "restore.replica=copy",
                DB + "restore.generation=0123456789abcdef",
                DB + "restore.index=0000001a",
                DB + "restore.parallelism=3",
                DB + "restore.integrity-check=full",
                DB + "restore.on-damage=older",
                "litestream.shutdown-timeout=7s");

        assertThat(setup.replicas().get(0).settings().syncInterval()).hasSeconds(5);
        assertThat(setup.settings().monitorInterval()).hasSeconds(2);
        assertThat(setup.settings().checkpointInterval()).hasMinutes(3);
        assertThat(setup.settings().minCheckpointPageCount()).isEqualTo(10);
        assertThat(setup.settings().maxCheckpointPageCount()).isEqualTo(20);
        assertThat(setup.settings().busyTimeout()).hasSeconds(4);
        assertThat(setup.settings().sealPause()).hasMillis(5);
        assertThat(setup.settings().metaPath()).isEqualTo(folder.resolve("meta"));
        assertThat(setup.settings().maxPendingSize()).isEqualTo(64 << 20);
        assertThat(setup.settings().shutdownTimeout()).hasSeconds(7);
        DatabaseSetup.RestoreSetup restore = setup.restore();
        assertThat(restore.mode()).isEqualTo(DatabaseKeys.RestoreMode.NEVER);
        assertThat(restore.failIfNoBackup()).isTrue();
        assertThat(restore.replica()).isEqualTo("copy");
        assertThat(restore.generation()).hasToString("0123456789abcdef");
        assertThat(restore.index()).isEqualTo(26);
        assertThat(restore.parallelism()).isEqualTo(3);
        assertThat(restore.integrityCheck()).isEqualTo(IntegrityCheck.FULL);
        assertThat(restore.onDamage()).isEqualTo(OnDamage.OLDER);
    }

    @Test
    void mostSpecificLevelWins() {
        DatabaseSetup setup = setup(
                "litestream.sync-interval=9s",
                "litestream.monitor-interval=9s",
                "litestream.restore.parallelism=9",
                "litestream.replica-url=" + folder.resolve("main"),
                DB + "sync-interval=8s",
                DB + "restore.parallelism=2",
                COPY + "url=" + folder.resolve("copy"),
                COPY + "sync-interval=7s");

        assertThat(setup.replicas())
                .extracting(replica -> replica.name() + " " + replica.settings().syncInterval())
                .containsExactly("file PT8S", "copy PT7S");
        assertThat(setup.settings().monitorInterval()).isEqualTo(Duration.ofSeconds(9));
        assertThat(setup.restore().parallelism()).isEqualTo(2);
    }

    @Test
    void blankCountsAsUnset() {
        DatabaseSetup setup = setup(
                COPY + "url=" + folder.resolve("copy"),
                COPY + "sync-interval=",
                COPY + "type=",
                "litestream.replica-url=",
                DB + "meta-path=  ",
                DB + "max-pending-size=",
                DB + "min-checkpoint-page-count=",
                DB + "restore.mode=",
                DB + "restore.generation= ",
                DB + "restore.timestamp=",
                DB + "restore.integrity-check=",
                "litestream.shutdown-timeout=",
                "litestream.health.max-lag=",
                "litestream.mode=",
                "litestream.enabled=");

        assertThat(setup.replicas()).hasSize(1);
        assertThat(setup.settings().metaPath()).isNull();
        assertThat(setup.settings().minCheckpointPageCount()).isEqualTo(1000);
        assertThat(setup.settings().shutdownTimeout()).hasSeconds(25);
        assertThat(setup.restore().mode()).isEqualTo(DatabaseKeys.RestoreMode.IF_MISSING);
        assertThat(setup.restore().timestamp()).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"file:///backup/app", "file:/backup/app", "/backup/app", "/backup/./app/", "/backup/x/../app"})
    void formsOfAFolder(String url) {
        assertThat(ReplicaUrl.parse("key", url).folder()).isEqualTo(Path.of("/backup/app"));
    }

    @Test
    void folderByTypeAndPath() {
        assertThat(setup(COPY + "type=file", COPY + "path=" + folder.resolve("copy"))
                        .replicas()
                        .get(0)
                        .url()
                        .folder())
                .isEqualTo(folder.resolve("copy"));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "monitor-interval|0s|a duration longer than 0",
                "monitor-interval|often|a duration such as",
                "sync-interval|-1s|a duration of 0 or longer",
                "retention|-60s|a duration of 0 or longer",
                "retention|9223372036854776s|a duration of 0 or longer, up to 3650d",
                "retention-check-interval|0s|a duration longer than 0",
                "snapshot-interval|-1s|a duration of 0 or longer",
                "validation-interval|-1s|a duration of 0 or longer",
                "checkpoint-interval|-1s|a duration of 0 or longer",
                "busy-timeout|-1s|a duration of 0 or longer",
                "seal-pause|-1ms|a duration of 0 or longer",
                "min-checkpoint-page-count|0|a whole number of 1 or more",
                "min-checkpoint-page-count|many|a whole number",
                "max-checkpoint-page-count|999|min-checkpoint-page-count (1000) or more",
                "max-pending-size|1KB|1MB or more",
                "max-pending-size|huge|a size such as 512MB",
                "restore.mode|sometimes|one of: if-missing, replace, never",
                "busy-timeout|17280000s|a duration of 0 or longer, up to 20d",
                "monitor-interval|17280000s|a duration longer than 0 and up to 20d",
                "restore.fail-if-no-backup|perhaps|true or false",
                "restore.replica|other|one of: copy",
                "restore.generation|xyz|16 hexadecimal digits",
                "restore.index|-1|a WAL index",
                "restore.timestamp|yesterday|a time such as",
                "restore.parallelism|0|a whole number of 1 or more",
                "restore.integrity-check|some|one of: none, quick, full",
                "restore.on-damage|ignore|one of: fail, older",
                "replicas.copy.url|ftp://host/x|a folder, file:///folder or s3://bucket/path",
                "replicas.copy.url|file://host/x|a file URL with three slashes",
                "replicas.copy.url|ftp:/x|a folder",
                "replicas.copy.url|\"s3://bucket/x\"|s3://bucket/path, without quotation marks",
                "replicas.copy.url|'''s3://bucket/x'''|without quotation marks",
                "replicas.copy.url|=s3://bucket/x|a folder",
                "replicas.copy.type|ftp|file or s3",
            })
    void badValueOfADatabase(String key, String value, String remedy) {
        Analyzed failure = failure(COPY + "url=" + folder.resolve("copy"), DB + key + "=" + value);
        assertThat(failure.description()).contains(DB + key, value);
        assertThat(failure.action()).contains("Set " + DB + key, remedy);
    }

    @Test
    void timestampBinds() {
        DatabaseSetup setup = setup(
                COPY + "url=" + folder.resolve("copy"),
                DB + "restore.mode=never",
                DB + "restore.timestamp=2026-01-31T12:00:00Z");
        assertThat(setup.restore().timestamp()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
    }

    @Test
    void indexWithoutAGenerationNamesBothKeys() {
        Analyzed failure = failure(COPY + "url=" + folder.resolve("copy"), DB + "restore.index=0000001a");
        assertThat(failure.description()).contains(DB + "restore.index is \"0000001a\"", DB + "restore.generation");
        assertThat(failure.action()).contains("Set " + DB + "restore.generation too");
    }

    @Test
    void indexTakesItsGenerationFromAnotherLevelButNoTimeBesideIt() {
        Analyzed failure = failure(
                COPY + "url=" + folder.resolve("copy"),
                DB + "restore.index=1",
                "litestream.restore.generation=0123456789abcdef",
                "litestream.restore.timestamp=2026-11-20T10:00:00Z");
        assertThat(failure.description()).contains(DB + "restore.index", DB + "restore.timestamp", "exclude");
    }

    @Test
    void dryRunIsForRestoreOnly() {
        Analyzed failure = failure(COPY + "url=" + folder.resolve("copy"), DB + "restore.dry-run=true");
        assertThat(failure.description()).contains(DB + "restore.dry-run");
        assertThat(failure.action()).contains("litestream.mode to restore-only");
    }

    @Test
    void databaseOfAnotherNameNeedsAPathWithoutADataSource() {
        Analyzed failure = failure("litestream.databases.orders.replicas.copy.url=" + folder.resolve("copy"));
        assertThat(failure.action()).contains("Set litestream.databases.orders.path", "spring.datasource.url");
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "mode|twice|one of: continuous, once, restore-only",
                "once-timeout|-1s|a duration of 0 or longer",
                "shutdown-timeout|-1s|a duration of 0 or longer",
                "health.max-lag|0s|a duration longer than 0",
                "health.down-after|0s|a duration longer than 0",
                "commit.wait|true|replicated or off",
                "commit.timeout|0s|a duration longer than 0",
                "lease.enabled|maybe|true or false",
                "lease.ttl|0s|a duration from 5s to 1h",
                "lease.ttl|4s|a duration from 5s to 1h",
                "lease.on-conflict|ignore|wait, stand-by or fail",
                "lease.on-newer-backup|wait|fail or ignore",
                "force-path-style|maybe|true or false",
            })
    void badValueForAll(String key, String value, String remedy) {
        Analyzed failure = failure("litestream." + key + "=" + value);
        assertThat(failure.description()).contains("litestream." + key, value);
        assertThat(failure.action()).contains("Set litestream." + key, remedy);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "litestream.replica.url, litestream.replica-url",
        "litestream.syncinterval-x, litestream.sync-interval",
        "litestream.restore.fail-if-nobackup-x, litestream.restore.fail-if-no-backup",
        "litestream.databases.main.monitor-intervall, litestream.databases.main.monitor-interval",
        "litestream.databases.main.replicas.copy.sync-intervall, litestream.databases.main.replicas.copy.sync-interval",
    })
    void unknownKeyNamesTheClosestOne(String wrong, String right) {
        Analyzed failure = failure(wrong + "=1s");
        assertThat(failure.description()).contains("There is no key " + wrong);
        assertThat(failure.action()).contains("Write " + right + " instead of " + wrong);
    }

    @Test
    void unknownKeyThatIsLikeNoOther() {
        assertThat(failure("litestream.zebra-crossing-colour=1").action())
                .isEqualTo("Remove litestream.zebra-crossing-colour.");
    }

    @Test
    void secretIsNeverShown() {
        Analyzed failure = failure("litestream.secret-access-key.oops=s3cr3t");
        assertThat(failure.description() + failure.action()).doesNotContain("s3cr3t");
    }

    @Test
    void urlsOfSqlite() {
        assertThat(Stream.of(
                                "jdbc:sqlite:/data/app.db?journal_mode=WAL",
                                "jdbc:sqlite:file:/data/app.db?mode=rwc",
                                "jdbc:sqlite:file:///data/app.db",
                                "jdbc:sqlite:/data/./app.db")
                        .map(url -> SqliteUrl.parse(url).orElseThrow().file()))
                .containsOnly(Path.of("/data/app.db"));
        assertThat(Stream.of(
                                "jdbc:sqlite:",
                                "jdbc:sqlite::memory:",
                                "jdbc:sqlite:file::memory:?cache=shared",
                                "jdbc:sqlite:file:x?mode=memory",
                                "jdbc:sqlite::resource:app.db",
                                "jdbc:h2:mem:x")
                        .map(SqliteUrl::parse))
                .allMatch(java.util.Optional::isEmpty);
    }
}
