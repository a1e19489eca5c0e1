package io.litestream4j.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys in the README's table of settings. */
final class ReadmeSettings {

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    private ReadmeSettings() {}

    /** All of them; one that is written as {@code .key} stands beside the row's first. */
    static List<String> keys(String readme) {
        List<String> keys = new ArrayList<>();
        String settings = readme.substring(readme.indexOf("\n## Settings"));
        for (String line : settings.substring(0, settings.indexOf("\n## ", 1)).split("\n", -1)) {
            if (line.startsWith("| `")) {
                addRow(keys, line);
            }
        }
        return keys;
    }

    private static void addRow(List<String> keys, String row) {
        String firstColumn = row.substring(0, row.indexOf('|', 1));
        Matcher full = CODE.matcher(firstColumn);
        String first = null;
        while (full.find()) {
            first = first == null ? full.group(1) : first;
            keys.add(full.group(1));
        }
        Matcher beside = CODE.matcher(row);
        while (beside.find()) {
            if (beside.group(1).matches("\\.[a-z-]+")) {
                keys.add(first.substring(0, first.lastIndexOf('.')) + beside.group(1));
            }
        }
    }
}
