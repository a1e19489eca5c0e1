package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredGeneration;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredSegment;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredSnapshot;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** The endpoint lists what {@code litestream generations}, {@code snapshots} and {@code wal} print for the same replica. */
@Timeout(120)
class BackupsAsLitestreamListsThemTests {

    @TempDir
    Path folder;

    private Path database;
    private Path replica;

    @BeforeEach
    void requireBinary() {
        boolean available = System.getenv("LITESTREAM_BIN") != null;
        if (Boolean.getBoolean("litestream.test.requireBinary")) {
            assertThat(available).as("LITESTREAM_BIN is set").isTrue();
        }
        assumeTrue(available, "LITESTREAM_BIN is not set");
        database = folder.resolve("app.db");
        replica = folder.resolve("replica");
    }

    @Test
    void generationsSnapshotsAndSegmentsAreTheSame() throws Exception {
        Sqlite.create(database, "one");
        application().run(this::write);
        Sqlite.delete(database);
        // what is restored begins a generation of its own
        application().run(context -> {
            write(context);
            Eventually.holds(
                    "the same generations",
                    () -> same(
                            "generations",
                            this.<StoredGeneration>ours(
                                    context,
                                    "generations",
                                    each -> List.of(
                                            each.replica(),
                                            each.generation(),
                                            seconds(each.createdAt()),
                                            seconds(each.updatedAt()))),
                            List.of(0, 1, 3, 4)));
            Eventually.holds(
                    "the same snapshots",
                    () -> same(
                            "snapshots",
                            this.<StoredSnapshot>ours(
                                    context,
                                    "snapshots",
                                    each -> List.of(
                                            each.replica(),
                                            each.generation(),
                                            each.index(),
                                            each.size(),
                                            seconds(each.createdAt()))),
                            List.of(0, 1, 2, 3, 4)));
            Eventually.holds(
                    "the same segments",
                    () -> same(
                            "wal",
                            this.<StoredSegment>ours(
                                    context,
                                    "wal",
                                    each -> List.of(
                                            each.replica(),
                                            each.generation(),
                                            each.index(),
                                            each.offset(),
                                            each.size(),
                                            seconds(each.createdAt()))),
                            List.of(0, 1, 2, 3, 4, 5)));
            assertThat(litestream("generations")).hasSize(2);
            assertThat(litestream("snapshots").size()).isGreaterThanOrEqualTo(4);
        });
    }

    private ApplicationContextRunner application() {
        return Runners.jdbc(database, replica)
                .withConfiguration(AutoConfigurations.of(LitestreamActuatorAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=*", "litestream.checkpoint-interval=1h");
    }

    private void write(ApplicationContext context) throws Exception {
        ReplicatedDatabase engine =
                context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
        for (int i = 0; i < 3; i++) {
            Sqlite.execute(database, "insert into note values ('note %d')".formatted(i));
            assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(engine.snapshot(Duration.ofSeconds(20))).isTrue();
        Sqlite.execute(database, "insert into note values ('after the snapshot')");
        assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
    }

    /** The order of what has the same time is the binary's affair. */
    private boolean same(String command, List<String> ours, List<Integer> columns) throws Exception {
        List<String> theirs = litestream(command).stream()
                .map(line -> line.split("\\s+"))
                .map(fields -> columns.stream().map(column -> fields[column]).collect(Collectors.joining(" ")))
                .sorted()
                .toList();
        return ours.stream().sorted().toList().equals(theirs);
    }

    @SuppressWarnings("unchecked")
    private <T> List<String> ours(ApplicationContext context, String view, Function<T, List<Object>> row) {
        BackupReport<T> report = (BackupReport<T>)
                context.getBean(LitestreamEndpoint.class).backups("main", view, null, null, null, null);
        return report.entries().stream()
                .map(row)
                .map(fields -> fields.stream().map(Object::toString).collect(Collectors.joining(" ")))
                .toList();
    }

    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private List<String> litestream(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(System.getenv("LITESTREAM_BIN"), command, "file://" + replica)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().skip(1).toList();
    }
}
