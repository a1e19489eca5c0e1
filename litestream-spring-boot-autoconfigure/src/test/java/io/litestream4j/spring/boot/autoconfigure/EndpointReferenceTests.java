package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicatedDatabase;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamReport;
import io.litestream4j.spring.boot.autoconfigure.actuate.RestorePlanReport;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code docs/reference/endpoint.md} has a real answer for each path, and a line for each field. With
 * {@code -Dlitestream.test.writeDocs=true} it is written anew.
 */
@Timeout(120)
class EndpointReferenceTests {

    private static final Path PAGE = Path.of("../docs/reference/endpoint.md");
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Path, what it is for, and the type of its answer. */
    private record Section(String path, String about, Class<?> type, List<Class<?>> entries) {}

    private static final List<Section> SECTIONS = List.of(
            new Section(
                    "/actuator/litestream",
                    "Everything, from memory: no replica is asked. `/actuator/litestream/{database}` answers with the"
                            + " entry of one database.",
                    LitestreamReport.class,
                    List.of()),
            new Section(
                    "/actuator/litestream/main/generations",
                    "Asks the replicas. Parameters: `replica`, `generation`, `limit`.",
                    BackupReport.class,
                    List.of(BackupReport.StoredGeneration.class)),
            new Section(
                    "/actuator/litestream/main/snapshots",
                    "Asks the replicas. Parameters: `replica`, `generation`, `limit`.",
                    BackupReport.class,
                    List.of(BackupReport.StoredSnapshot.class)),
            new Section(
                    "/actuator/litestream/main/wal?limit=2",
                    "Asks the replicas. Parameters: `replica`, `generation`, `limit` (1000 if missing).",
                    BackupReport.class,
                    List.of(BackupReport.StoredSegment.class)),
            new Section(
                    "/actuator/litestream/main/restore-plan",
                    "Asks the replicas, and restores nothing. Parameters: `timestamp`, `replica`, `generation`.",
                    RestorePlanReport.class,
                    List.of()));

    @TempDir
    Path folder;

    @Test
    void pageHasEveryFieldAndAnAnswerOfTheSameShape() throws Exception {
        Map<Section, JsonNode> answers = answers();
        if (Boolean.getBoolean("litestream.test.writeDocs")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page(answers));
        }
        String page = Files.readString(PAGE);
        answers.forEach((section, answer) -> {
            String chapter = chapter(page, section);
            assertThat(paths(JSON.readTree(sample(chapter))))
                    .as("fields of the sample for " + section.path())
                    .isEqualTo(paths(answer));
            assertThat(chapter).as("fields of " + section.path()).contains(table(section));
            assertThat(described(section)).containsAll(paths(answer));
        });
    }

    private Map<Section, JsonNode> answers() throws Exception {
        Path replica = folder.resolve("replica");
        Sqlite.backUp(replica, folder.resolve("scratch"), "one", "two");
        TestReplica second = SecondReplica.in(folder.resolve("second"));
        try (WebApplication application = WebApplication.start(
                folder,
                List.of(SecondReplica.class),
                "litestream.snapshot-interval=6h",
                "management.endpoints.web.exposure.include=litestream")) {
            everythingHappens(application.context(), second);
            Map<Section, JsonNode> answers = new LinkedHashMap<>();
            for (Section section : SECTIONS) {
                HttpResponse<String> response = application.get(section.path());
                assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
                answers.put(section, JSON.readTree(response.body()));
            }
            return answers;
        } finally {
            second.fail(true).hang(false);
        }
    }

    private static void everythingHappens(ConfigurableApplicationContext context, TestReplica second) throws Exception {
        ReplicatedDatabase engine =
                context.getBean(LitestreamDatabases.class).find("main").orElseThrow();
        assertThat(engine.syncAll(Duration.ofSeconds(20))).isTrue();
        assertThat(engine.snapshot(Duration.ofSeconds(20))).isTrue();
        engine.validate(Duration.ofSeconds(20));
        engine.enforceRetention();
        second.hang(true);
        Sqlite.execute(engine.database(), "insert into note values ('three')");
        Eventually.holds(
                "the upload that hangs",
                () -> !engine.status().replicas().get(1).running().isEmpty());
        second.fail(true).hang(false);
        Eventually.holds("the error", () -> engine.status().replicas().get(1).lastError() != null);
        Eventually.holds("no work under way", () -> engine.status().running().isEmpty());
    }

    private static String page(Map<Section, JsonNode> answers) {
        StringBuilder page = new StringBuilder("""
                # The endpoint `litestream`

                Read-only. Times are ISO-8601 in UTC, durations ISO-8601, sizes in bytes; a field that isn't known or doesn't apply is
                null. Names of fields are stable. No answer has a folder of the machine or a secret in it. An unknown database,
                replica or view is 404 with the names that exist, a value that means nothing is 400. A replica that can't be asked, or
                doesn't answer within ten seconds, is in `unreachable` and hides nothing of the others.

                The answers below are real ones; a test compares their fields with those of the application.
                """);
        answers.forEach((section, answer) -> page.append("\n## GET ")
                .append(section.path())
                .append("\n\n")
                .append(section.about())
                .append("\n\n```json\n")
                .append(JSON.writeValueAsString(answer)
                        .replaceAll("process [0-9]+ of host [^\"]+", "process 1 of host app-1"))
                .append("\n```\n\n")
                .append(table(section)));
        return page.toString();
    }

    private static String chapter(String page, Section section) {
        int begin = page.indexOf("## GET " + section.path() + "\n");
        assertThat(begin).as("chapter of " + section.path()).isNotNegative();
        int end = page.indexOf("\n## GET ", begin);
        return end < 0 ? page.substring(begin) : page.substring(begin, end + 1);
    }

    private static String sample(String chapter) {
        int begin = chapter.indexOf("```json") + 7;
        return chapter.substring(begin, chapter.indexOf("```", begin));
    }

    private static String table(Section section) {
        StringBuilder table = new StringBuilder("| field | meaning |\n|---|---|\n");
        fields(section)
                .forEach((path, meaning) ->
                        table.append("| `%s` | %s |\n".formatted(path, meaning.replace("|", "\\|"))));
        return table.toString();
    }

    private static Set<String> described(Section section) {
        return new TreeSet<>(fields(section).keySet());
    }

    private static Map<String, String> fields(Section section) {
        Map<String, String> fields = new LinkedHashMap<>();
        collect(fields, "", section.type(), section.entries());
        return fields;
    }

    private static void collect(Map<String, String> fields, String prefix, Class<?> type, List<Class<?>> arguments) {
        Map<String, String> meanings = JavadocOfRecord.parameters(type);
        for (RecordComponent component : type.getRecordComponents()) {
            String path = prefix + component.getName();
            fields.put(path, meanings.get(component.getName()));
            collectNested(fields, path, component.getGenericType(), arguments);
        }
    }

    private static void collectNested(Map<String, String> fields, String path, Type type, List<Class<?>> arguments) {
        if (type instanceof ParameterizedType parameterized) {
            Type[] actual = parameterized.getActualTypeArguments();
            boolean map = parameterized.getRawType() == Map.class;
            collectNested(fields, path + (map ? ".*" : "[]"), actual[actual.length - 1], arguments);
        } else if (type instanceof TypeVariable<?>) {
            collect(fields, path + ".", arguments.get(0), List.of());
        } else if (type instanceof Class<?> record && record.isRecord()) {
            collect(fields, path + ".", record, arguments);
        }
    }

    /** Names of all fields; entries of lists and of maps by name count once. */
    private static Set<String> paths(JsonNode json) {
        Set<String> paths = new TreeSet<>();
        walk(paths, "", json);
        // whether something is under way at the moment of the answer is chance
        paths.removeIf(path -> path.contains("running[]."));
        return paths;
    }

    private static void walk(Set<String> paths, String path, JsonNode json) {
        if (json.isArray()) {
            json.forEach(each -> walk(paths, path + "[]", each));
        } else if (json.isObject()) {
            boolean map = path.equals("databases") || path.equals("unreachable");
            json.properties().forEach(field -> {
                String inner = path.isEmpty() ? field.getKey() : path + "." + (map ? "*" : field.getKey());
                if (!map) {
                    paths.add(inner);
                }
                walk(paths, inner, field.getValue());
            });
        }
    }
}
