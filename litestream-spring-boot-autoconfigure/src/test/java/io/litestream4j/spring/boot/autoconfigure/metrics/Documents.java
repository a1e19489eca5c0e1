package io.litestream4j.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The table of metrics, the dashboard and the alert rules, compared with what is scraped. */
final class Documents {

    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern ROW = Pattern.compile("\\| `\\S+` \\| `(\\w+)` \\| (\\w+) \\| (.*?) \\|.*");
    private static final Pattern METRIC = Pattern.compile("(litestream_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern BY = Pattern.compile("by \\(([^)]*)\\)");
    private static final Pattern KEY = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");
    private static final Pattern RULE = Pattern.compile("```promql\\n(.*?)```", Pattern.DOTALL);

    private Documents() {}

    static void requireSameMeters(Scrape scrape) throws IOException {
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(DOCS.resolve("reference/metrics.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(
                        row.group(1), row.group(2) + " " + words(row.group(3).replace("`", "")));
            }
        }
        Map<String, String> real = new TreeMap<>();
        scrape.types().forEach((name, type) -> {
            boolean ofTimer = name.endsWith("_max") && scrape.types().containsKey(name.replaceAll("_max$", ""));
            if (!ofTimer) {
                boolean timer = type.equals("summary");
                String sample = timer ? name + "_count" : name;
                real.put(name, (timer ? "timer" : type) + " " + scrape.labels().get(sample));
            }
        });
        assertThat(documented).isEqualTo(real);
    }

    static void requireKnownMetrics(Scrape scrape) throws IOException {
        JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(DOCS.resolve("grafana/litestream.json")));
        assertThat(dashboard.get("schemaVersion").asInt()).isGreaterThanOrEqualTo(39);
        List<String> expressions = new ArrayList<>();
        for (JsonNode node : dashboard.findValues("expr")) {
            expressions.add(node.asString());
        }
        assertThat(expressions).hasSizeGreaterThan(20);
        Matcher rules = RULE.matcher(Files.readString(DOCS.resolve("grafana/README.md")));
        while (rules.find()) {
            expressions.add(rules.group(1));
        }
        assertThat(expressions).hasSizeGreaterThan(25);
        expressions.forEach(expression -> requireKnown(expression, scrape));
    }

    private static void requireKnown(String expression, Scrape scrape) {
        Matcher metric = METRIC.matcher(expression);
        Set<String> all = new TreeSet<>();
        while (metric.find()) {
            Set<String> labels = scrape.labels().get(metric.group(1));
            assertThat(labels).as(expression).isNotNull();
            Matcher key = KEY.matcher(metric.group(2) == null ? "" : metric.group(2));
            while (key.find()) {
                assertThat(labels).as(expression).contains(key.group(1));
            }
            all.addAll(labels);
        }
        assertThat(all).as(expression).isNotEmpty();
        Matcher by = BY.matcher(expression);
        while (by.find()) {
            assertThat(all).as(expression).containsAll(words(by.group(1)));
        }
    }

    private static Set<String> words(String list) {
        return Pattern.compile(",")
                .splitAsStream(list)
                .map(String::trim)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
