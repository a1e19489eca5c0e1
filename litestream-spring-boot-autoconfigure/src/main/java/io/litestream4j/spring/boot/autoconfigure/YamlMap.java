package io.litestream4j.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One map of a litestream.yml. Remembers which keys were asked for, so that the others can be named. */
final class YamlMap {

    private static final Logger LOG = LoggerFactory.getLogger(YamlMap.class);

    private final String prefix;
    private final Map<?, ?> map;
    private final Set<String> asked = new HashSet<>();

    /**
     * @param prefix what stands before the keys in messages
     * @param content what the file has there
     */
    YamlMap(String prefix, @Nullable Object content) {
        if (content != null && !(content instanceof Map)) {
            throw new LitestreamStartException(
                    "%s is no list of keys with values.".formatted(prefix), "Write key: value lines there.");
        }
        this.prefix = prefix;
        this.map = content == null ? Map.of() : (Map<?, ?>) content;
    }

    String prefix() {
        return prefix;
    }

    String key(String name) {
        return prefix + name;
    }

    boolean has(String name) {
        return map.containsKey(name);
    }

    /** Marks keys as known. */
    void know(String... names) {
        asked.addAll(List.of(names));
    }

    @Nullable
    String text(String name) {
        asked.add(name);
        Object value = map.get(name);
        if (value instanceof Map || value instanceof List) {
            throw wrong(name, "one value");
        }
        return value == null ? null : Texts.trimmed(value.toString());
    }

    @Nullable
    Duration duration(String name) {
        String text = text(name);
        if (text != null && GoDuration.isBare(text) && !text.matches("[+-]?0+")) {
            LOG.warn("Litestream: {} is {}, which is nanoseconds. Write a unit, such as 10s", key(name), text);
        }
        return text == null
                ? null
                : GoDuration.parse(text)
                        .orElseThrow(() -> LitestreamStartException.invalid(
                                key(name), text, "a duration such as 500ms, 10s or 1h30m"));
    }

    @Nullable
    Integer wholeNumber(String name) {
        String text = text(name);
        if (text != null && !text.matches("[+-]?\\d{1,9}")) {
            throw LitestreamStartException.invalid(key(name), text, "a whole number");
        }
        return text == null ? null : Integer.valueOf(text);
    }

    @Nullable
    Boolean truth(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "y" -> true;
            case "false", "no", "off", "n" -> false;
            default -> throw LitestreamStartException.invalid(key(name), text, "true or false");
        };
    }

    /** The maps of a list; none when it isn't there. */
    List<YamlMap> list(String name) {
        asked.add(name);
        Object value = map.get(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(name, "a list");
        }
        List<YamlMap> maps = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            maps.add(new YamlMap("%s%s[%d].".formatted(prefix, name, i), list.get(i)));
        }
        return maps;
    }

    /** The keys that nobody asked for. */
    List<String> unknown() {
        return map.keySet().stream()
                .map(String::valueOf)
                .filter(name -> !asked.contains(name))
                .sorted()
                .toList();
    }

    private LitestreamStartException wrong(String name, String remedy) {
        return new LitestreamStartException(
                "%s has another form than expected.".formatted(key(name)), "Make it %s.".formatted(remedy));
    }
}
