package io.litestream4j.spring.boot.autoconfigure.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Prometheus gets, in its text format. */
record Scrape(String text, Map<String, String> types, Map<String, Set<String>> labels, Map<String, Double> values) {

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:]+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");

    static Scrape of(String text) {
        Map<String, String> types = new TreeMap<>();
        Map<String, Set<String>> labels = new TreeMap<>();
        Map<String, Double> values = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            Matcher sample = SAMPLE.matcher(line);
            if (line.startsWith("# TYPE litestream_")) {
                int end = line.lastIndexOf(' ');
                types.put(line.substring("# TYPE ".length(), end), line.substring(end + 1));
            } else if (line.startsWith("litestream_") && sample.matches()) {
                Set<String> keys = new TreeSet<>();
                Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
                while (label.find()) {
                    keys.add(label.group(1));
                }
                labels.computeIfAbsent(sample.group(1), each -> new TreeSet<>()).addAll(keys);
                values.put(line.substring(0, line.lastIndexOf(' ')), Double.parseDouble(sample.group(3)));
            }
        }
        return new Scrape(text, types, labels, values);
    }

    /** The value of the only sample whose name and labels begin so and have all of these. */
    double value(String name, String... withLabels) {
        var found = values.entrySet().stream()
                .filter(entry -> entry.getKey().equals(name) || entry.getKey().startsWith(name + "{"))
                .filter(entry -> Set.of(withLabels).stream().allMatch(entry.getKey()::contains))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(name + " " + Set.of(withLabels) + ": " + found + "\n" + text);
        }
        return found.get(0).getValue();
    }
}
