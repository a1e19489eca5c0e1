package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.replication.ReplicaSettings;
import io.litestream4j.replication.ReplicationSettings;
import io.litestream4j.spring.boot.autoconfigure.LitestreamProperties.Database;
import io.litestream4j.spring.boot.autoconfigure.LitestreamProperties.Replica;
import java.beans.PropertyDescriptor;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

/** What an editor knows of the keys: all of them, described, with the defaults that hold. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationMetadataTests {

    private final ConfigurationMetadata all = ConfigurationMetadata.load();
    private final ConfigurationMetadata database = ConfigurationMetadata.of(Database.class);
    private final ConfigurationMetadata replica = ConfigurationMetadata.of(Replica.class);

    @Test
    void everyKeyIsDescribedBySentences() {
        assertThat(Stream.of(all, database, replica).flatMap(each -> each.properties().stream()))
                .hasSizeGreaterThan(100)
                .allSatisfy(property -> assertThat(property.description())
                        .as(property.name())
                        .isNotBlank()
                        .endsWith(".")
                        .doesNotContain("{@", "<"));
    }

    @Test
    void everythingThatCanBeBoundIsThereAndNothingElse() {
        assertThat(below("litestream.", "databases.main."))
                .isEqualTo(BindableKeys.of(LitestreamProperties.class).keySet());
        assertThat(new TreeSet<>(database.names()))
                .isEqualTo(BindableKeys.of(Database.class).keySet());
        assertThat(new TreeSet<>(replica.names()))
                .isEqualTo(BindableKeys.of(Replica.class).keySet());
    }

    @Test
    void keysOfTheApplicationsOwnDatabaseAreThereOneByOne() {
        assertThat(below("litestream.databases.main.", "-"))
                .isEqualTo(BindableKeys.of(Database.class).keySet());
    }

    @Test
    void typesAreThoseThatAreBound() {
        BindableKeys.of(LitestreamProperties.class)
                .forEach((name, property) -> assertThat(
                                all.get("litestream." + name).type())
                        .as(name)
                        .isEqualTo(typeOf(property)));
    }

    /** An editor goes from the map's entry to the type of its values, and completes what that has getters and setters for. */
    @Test
    void editorsFindTheChildrenOfMapsByTheirType() throws Exception {
        for (String map : List.of("litestream.databases", "litestream.databases.main.replicas")) {
            String type = all.get(map).type();
            Class<?> values = Class.forName(type.substring(type.indexOf(',') + 1, type.length() - 1));
            assertThat(Modifier.isPublic(values.getModifiers())).isTrue();
            assertThat(Modifier.isPublic(values.getConstructor().getModifiers()))
                    .isTrue();
            assertThat(BindableKeys.of(values).values())
                    .allSatisfy(property -> assertThat(property.getReadMethod())
                            .isNotNull()
                            .matches(method -> Modifier.isPublic(method.getModifiers())));
        }
    }

    @Test
    void defaultsAreThoseThatHoldWhenNothingIsSet() {
        DatabaseSetup setup = Resolved.databases(
                        Map.of(),
                        "spring.datasource.url=jdbc:sqlite:/data/app.db",
                        "litestream.replica-url=/backup/app")
                .get(0);
        ReplicationSettings engine = setup.settings();
        ReplicaSettings worker = setup.replicas().get(0).settings();
        assertDuration("sync-interval", worker.syncInterval());
        assertDuration("retention", worker.retention());
        assertDuration("retention-check-interval", worker.retentionCheckInterval());
        assertDuration("monitor-interval", engine.monitorInterval());
        assertDuration("checkpoint-interval", engine.checkpointInterval());
        assertDuration("busy-timeout", engine.busyTimeout());
        assertDuration("shutdown-timeout", engine.shutdownTimeout());
        assertDuration("once-timeout", ReplicateOnce.DEFAULT_TIMEOUT);
        assertDuration("commit.timeout", CommitKeys.timeout(new LitestreamProperties.Commit()));
        assertDuration("health.max-lag", new LitestreamProperties.Health().getMaxLag());
        assertDefault("min-checkpoint-page-count", engine.minCheckpointPageCount());
        assertDefault("max-checkpoint-page-count", engine.maxCheckpointPageCount());
        assertThat(DataSize.parse(defaultOf("max-pending-size")).toBytes()).isEqualTo(engine.maxPendingSize());
        assertDefault("restore.mode", dashed(setup.restore().mode()));
        assertDefault("restore.fail-if-no-backup", setup.restore().failIfNoBackup());
        assertDefault("restore.integrity-check", dashed(setup.restore().integrityCheck()));
        assertDefault("restore.on-damage", dashed(setup.restore().onDamage()));
        assertDefault("restore.dry-run", setup.restore().dryRun());
        assertDefault("mode", dashed(new LitestreamProperties().getMode()));
        assertDefault("commit.wait", "off");
        assertThat(CommitKeys.isOn(new LitestreamProperties.Commit())).isFalse();
        // what is off or computed has no default that could be written
        assertThat(worker.snapshotInterval()).isZero();
        assertThat(worker.validationInterval()).isZero();
        assertThat(Stream.of("snapshot-interval", "validation-interval", "seal-pause", "restore.parallelism"))
                .allSatisfy(name -> assertThat(defaultOf(name)).isNull());
    }

    @Test
    void defaultsOfTheLease() {
        LeaseSettings lease = LeaseKeys.settings(new LitestreamProperties.Lease());
        assertDefault("lease.enabled", String.valueOf(lease.enabled()));
        assertDefault("lease.ttl", lease.ttl().toSeconds() + "s");
        assertDefault("lease.on-conflict", dashed(lease.onConflict()));
        assertDefault("lease.on-newer-backup", dashed(lease.onNewerBackup()));
    }

    @Test
    void valuesAreHintedWhereAStringHasOnlySome() {
        assertThat(all.values("litestream.commit.wait")).containsExactly("off", "replicated");
        assertThat(all.values("litestream.lease.on-conflict")).containsExactly("wait", "stand-by", "fail");
        assertThat(all.values("litestream.databases.keys")).contains(DatabaseSources.MAIN);
        assertThat(all.values("litestream.databases.main.replicas.keys")).containsExactly("s3", "file");
        for (String prefix : List.of("litestream.", "litestream.databases.main.")) {
            assertThat(all.values(prefix + "sse")).containsExactly("AES256", "aws:kms");
            assertThat(all.values(prefix + "storage-class"))
                    .contains("STANDARD_IA")
                    .doesNotContain("GLACIER");
        }
        // and each hint belongs to something
        assertThat(all.hints())
                .allSatisfy(hint -> assertThat(all.find(hint.name().replaceAll("\\.keys$", "")))
                        .as(hint.name())
                        .isPresent());
    }

    @Test
    void readmesTableOfSettingsHasEveryKey() throws Exception {
        List<String> documented = ReadmeSettings.keys(Files.readString(Path.of("../README.md")));
        assertThat(documented)
                .containsAll(all.properties().stream()
                        .filter(property -> property.name().startsWith("litestream."))
                        .map(property -> property.name().substring("litestream.".length()))
                        .filter(name -> !name.startsWith("databases"))
                        .toList());
        assertThat(documented).contains("databases.<name>.path");
        assertThat(documented)
                .containsAll(replica.names().stream()
                        .filter(name -> !database.names().contains(name) || name.equals("path"))
                        .map(name -> "databases.<name>.replicas.<name>." + name)
                        .toList());
    }

    private Set<String> below(String prefix, String without) {
        return all.names().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .filter(name -> !name.startsWith(without))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String typeOf(PropertyDescriptor property) {
        if (property.getReadMethod().getGenericReturnType() instanceof ParameterizedType map) {
            return Arrays.stream(map.getActualTypeArguments())
                    .map(java.lang.reflect.Type::getTypeName)
                    .reduce((key, value) -> Map.class.getName() + "<" + key + "," + value + ">")
                    .orElseThrow();
        }
        return property.getPropertyType().getName();
    }

    private String defaultOf(String name) {
        return all.get("litestream." + name).defaultValue();
    }

    private void assertDuration(String name, Duration value) {
        assertThat(DurationStyle.detectAndParse(defaultOf(name))).as(name).isEqualTo(value);
    }

    private void assertDefault(String name, Object value) {
        assertThat(defaultOf(name)).as(name).isEqualTo(String.valueOf(value));
    }

    private static String dashed(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
