package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The configuration metadata that the build makes for editors.
 *
 * @param properties in the order of their names
 * @param hints what completes values, by name
 */
record ConfigurationMetadata(List<Property> properties, List<Hint> hints) {

    /**
     * One key.
     *
     * @param defaultValue null: none, or none that can be written
     * @param description null where it is missing
     */
    record Property(String name, String type, String defaultValue, String description) {}

    /** Values for a key. */
    record Hint(String name, List<String> values) {}

    /** All keys below {@code litestream.}, and those of the actuator. */
    static ConfigurationMetadata load() {
        return read("META-INF/spring-configuration-metadata.json");
    }

    /** The keys of a type that stands in a map, without a prefix. */
    static ConfigurationMetadata of(Class<?> type) {
        return read("META-INF/spring/configuration-metadata/" + type.getName() + ".json");
    }

    private static ConfigurationMetadata read(String resource) {
        // the module's own: jars on the class path have one of the same name
        try (InputStream json = ModuleClasses.open(resource)) {
            JsonNode root = JsonMapper.shared().readTree(json);
            List<Property> properties = new ArrayList<>();
            root.path("properties")
                    .forEach(property -> properties.add(new Property(
                            text(property, "name"),
                            text(property, "type"),
                            text(property, "defaultValue"),
                            text(property, "description"))));
            List<Hint> hints = new ArrayList<>();
            root.path("hints").forEach(hint -> hints.add(new Hint(text(hint, "name"), values(hint))));
            return new ConfigurationMetadata(properties, hints);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> values(JsonNode hint) {
        List<String> values = new ArrayList<>();
        hint.path("values").forEach(value -> values.add(text(value, "value")));
        return values;
    }

    private static String text(JsonNode node, String name) {
        return node.hasNonNull(name) ? node.get(name).asString() : null;
    }

    List<String> names() {
        return properties.stream().map(Property::name).toList();
    }

    Optional<Property> find(String name) {
        return properties.stream()
                .filter(property -> property.name().equals(name))
                .findFirst();
    }

    Property get(String name) {
        return find(name).orElseThrow(() -> new AssertionError("not in the metadata: " + name));
    }

    /** The values that complete a key; none if any will do. */
    List<String> values(String name) {
        return hints.stream()
                .filter(hint -> hint.name().equals(name))
                .findFirst()
                .map(Hint::values)
                .orElse(List.of());
    }
}
